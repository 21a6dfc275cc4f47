/** What the customer is shown while the till works: told to the customer's display (display.js) whenever
 *  it changes. Another window of this browser hears it with no network, and again when it asks; a
 *  device of its own hears it from the store box, which is told only while such a device is on. */

import { BoxAway, Refused, call } from "./api.js";
import { CHANNEL } from "./display_channel.js";
import { language } from "./language.js";
import * as state from "./state.js";
import { chosenByCustomer, heard, offeredTips, question } from "./tip_answers.js";
import { mayTip } from "./tips.js";
import { computed, effect, signal } from "./ui.js";

/**
 * @typedef {object} Shown
 * @property {"closed" | "welcome" | "basket" | "sold"} screen
 * @property {string} language
 * @property {boolean} training
 * @property {string} store
 * @property {number} decimals
 * @property {string} currency
 * @property {{name: string, quantity_milli: number, unit: string, amount_minor: number | undefined,
 *   less: {reason: string, amount_minor: number}[]}[]} lines
 * @property {number | undefined} total_minor undefined while the store box is asked
 * @property {number} saved_minor
 * @property {number | undefined} left_minor of what is being paid
 * @property {{amount_minor: number, reference: string, code: {size: number, path: string}} | null}
 *   code to be scanned with a telephone
 * @property {{due_minor: number, change_minor: number, points_here: number | null} | null} sold
 * @property {{offered: number[], asked_minor: number, question?: string, said?: boolean} | null} [tip]
 *   that the cashier's page asks for; the customer may answer the ``question`` themselves
 */

/** Whether a window beside this one shows it. */
const besideTill = signal(false);
/** Whether a customer's display is on, as far as is known here. */
export const isShown = computed(() => besideTill.value || state.syncStatus.value?.is_watched === true);

/** @type {{value: Shown, peek: () => Shown}} */
export const shown = computed(() => {
  const { till, basket, receipt, training, decimals, payment } = state;
  const quoted = state.linesQuote.value;
  const asked = basket.value.payment === undefined ? null : payment.value;
  const due = state.currentQuote.value?.due;
  const { lines } = basket.value;
  return {
    screen: screenOf(),
    language: language.value,
    training: training.value,
    store: till.value?.store_name ?? "",
    decimals: decimals.value,
    currency: till.value?.currency ?? "",
    lines: [...lines.map(lineOf), ...(quoted?.lines ?? []).slice(lines.length).map(alongOf)],
    total_minor: lines.length === 0 ? 0 : quoted?.total_minor,
    saved_minor: quoted?.saved?.saved_minor ?? 0,
    left_minor: state.screen.value === "paying" && basket.value.tenders.length > 0 ? due?.left_minor : undefined,
    code: asked?.state === "shown" ? codeOf(asked) : null,
    sold: receipt.value === null ? null : soldOf(receipt.value),
    tip: state.screen.value === "paying" && mayTip() ? tipOf(basket.value) : null,
  };
});

function screenOf() {
  const { atWork, till, receipt, basket } = state;
  if (!atWork.value || till.value === null || till.value.till_session === null) return "closed";
  if (receipt.value !== null) return "sold";
  return basket.value.lines.length === 0 ? "welcome" : "basket";
}

function lineOf(line) {
  const quoted = state.quotedLines.value.get(line);
  return {
    name: line.name,
    quantity_milli: quoted?.quantity_milli ?? line.quantity_milli,
    unit: line.unit,
    amount_minor: quoted?.extended_minor ?? quoted?.amount_minor,
    less: (quoted?.modifiers ?? []).map(({ reason, amount_minor }) => ({ reason, amount_minor })),
  };
}

/** What goes along with another line (a deposit, a bag). */
function alongOf({ description, quantity_milli, amount_minor }) {
  return { name: description, quantity_milli, unit: "each", amount_minor, less: [] };
}

function codeOf({ amount_minor, reference, code }) {
  return { amount_minor, reference, code };
}

/** The question stands until somebody else is asked for the payment; what was asked for, longer. */
function tipOf(basket) {
  const said = chosenByCustomer() !== null;
  const asked_minor = basket.tip_minor ?? 0;
  return { offered: offeredTips(), asked_minor, question: question.value?.name, said };
}

/** What was paid is with the tip. */
function soldOf({ due_minor, change_minor, points_here, tips_minor = 0 }) {
  return { due_minor: due_minor + tips_minor, change_minor, points_here };
}

/** From now on a display that stands open shows it; when this page goes, it says that it is closed. */
export function showCustomers() {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => hear(data, channel);
  effect(() => channel.postMessage({ shown: shown.value }));
  effect(() => {
    const now = shown.value;
    if (state.syncStatus.value?.is_watched) void tellBox(now);
  });
  addEventListener("pagehide", () => {
    /** @type {Shown} */
    const closed = { ...shown.peek(), screen: "closed" };
    channel.postMessage({ shown: closed });
    if (state.syncStatus.peek()?.is_watched) void send(closed, { keepalive: true });
  });
}

/** @param {import("./display_channel.js").FromDisplay} told @param {BroadcastChannel} channel */
function hear(told, channel) {
  if (told.asks) channel.postMessage({ shown: shown.peek() });
  if (told.asks || told.goes) besideTill.value = told.asks === true;
  if (told.said !== undefined) heard.value = told.said;
}

/** @type {Shown | null} */
let untold = null;
let telling = false;

/** The newest at last, one after the other. What the box was not told it is told with its next state,
 *  which the page asks for at intervals (status.js). */
async function tellBox(now) {
  untold = now;
  if (telling) return;
  telling = true;
  while (untold !== null) {
    const next = untold;
    untold = null;
    await send(next);
  }
  telling = false;
}

/** @param {Shown} body @param {{keepalive?: boolean}} [how] */
async function send(body, how = {}) {
  try {
    await call("POST", "/display/tell", { body, quiet: true, ...how });
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
  }
}

/** A code by which another device becomes this till's display: the offer of POST /pairing-codes. */
export function offerDisplay() {
  const { workstation_id } = /** @type {NonNullable<typeof state.pairing.value>} */ (state.pairing.value);
  return call("POST", "/pairing-codes", { body: { workstation_id, kind: "display" } });
}

/** Opens the display, or the one that stands open already. */
export function openDisplay() {
  open("/display", CHANNEL, "popup");
}
