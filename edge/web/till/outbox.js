/** Finishes a sale exactly once. Its id and the request's exact text are kept before the first
 *  attempt, and only that text is sent, until there is an answer: through a reload, a killed store
 *  server, a lost answer. Who gives a sale up makes the store server refuse its id for ever; only
 *  then is the basket free again.
 *
 *     begin -> sending -> 200/201 -> receipt, envelope and head kept, then shown
 *                      -> beyond the operator -> somebody allows it -> sending, with their word
 *                      -> refused -> giving up (with the problem)
 *     give up -> giving up -> abandoned -> the basket is back
 *                          -> finished after all -> its receipt
 */

import { BoxAway, Refused, call } from "./api.js";
import { EMPTY, requestGoods, requestRest, requestTenders } from "./basket.js";
import { higher } from "./head.js";
import { uuid7 } from "./ids.js";
import { askBeyond } from "./override.js";
import { paper, printReceipt } from "./printing.js";
import { Pause, delayMs } from "./retry.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { batch } from "./ui.js";
import { SENDING } from "./words_pay.js";

/** The id can be no sale of this basket: nothing is left to be given up. */
const NEVER_A_SALE = new Set(["sale-id-reused", "sale-id-taken", "sale-id-abandoned"]);
const WRONG_OPERATOR = new Set(["unknown-operator", "inactive-operator"]);
/** The sale is somebody's whose session has ended since: they sign in again, and it goes on. */
const NOT_SIGNED_IN = new Set(["sign-in-needed", "session-locked", "operator-not-signed-in"]);

const pause = new Pause();
let driving = false;
let attempt = new AbortController();

/** Tender the basket as quoted; ``more``: what else its request says; ``basket``: with what was taken
 *  for it just now. A second call while one runs does nothing: a double tap is one sale. Rejects where
 *  the browser could not keep the sale; then nothing was sent. */
export async function begin(quoted, more = {}, basket = state.basket.value) {
  if (state.pending.value !== null || state.receipt.value !== null) return;
  const record = newRecord(basket, quoted, more);
  batch(() => {
    state.pending.value = record;
    state.sending.value = { failures: 0, problem: null };
    state.basket.value = EMPTY;
    state.emptied.value = null;
    state.quote.value = state.NOTHING_QUOTED;
  });
  try {
    await write({ pending: record, basket: EMPTY });
  } catch (error) {
    batch(() => {
      state.pending.value = null;
      state.basket.value = basket;
    });
    throw error;
  }
  void drive();
}

function newRecord(basket, quoted, more) {
  const goods = requestGoods(basket);
  /** @type {Record<string, any>} */
  const sale = {
    sale_id: basket.sale_id ?? uuid7(Date.now()),
    operator_id: state.operator.value.operator_id,
    tendered_at: new Date(quoted.tendered_at_ms).toISOString(),
    total_minor: quoted.total_minor,
    ...goods,
    lines: goods.lines.concat(quoted.along ?? []),
    tenders: requestTenders(basket),
  };
  if (basket.voids !== undefined) sale.note = basket.voids.note;
  if (state.training.value) sale.training = true;
  Object.assign(sale, requestRest(basket), more);
  return {
    sale_id: sale.sale_id,
    store_id: state.till.value.store_id,
    body: JSON.stringify(sale),
    operator_id: sale.operator_id,
    session: state.operator.value.token,
    total_minor: sale.total_minor,
    basket,
    doing: "sending",
    problem: null,
  };
}

/** Send what waits until it is answered, however long that takes. Runs once at a time; also called after a reload. */
export async function drive() {
  if (driving) return;
  driving = true;
  try {
    for (let failures = 0; state.pending.value !== null; ) {
      if (await tryOnce(state.pending.value)) continue;
      failures += 1;
      state.sending.value = { ...state.sending.value, failures };
      await pause.wait(delayMs(failures, Math.random()));
    }
  } finally {
    driving = false;
  }
}

/** Try again at once. */
export function tryAgain() {
  pause.wake();
  void drive();
}

/** Give the sale up: from now on its id is to be refused. */
export async function giveUp() {
  const record = state.pending.value;
  if (record === null || record.doing === "giving up") return;
  await change(record, { doing: "giving up" });
  attempt.abort();
  tryAgain();
}

/** Whether something was answered, so that the next step may follow at once. Nothing is asked
 *  before it is known that this till still belongs to the store that the sale is for. */
async function tryOnce(record) {
  const { pairing, operator, till } = state;
  if (pairing.value === null || operator.value === null) return false;
  if (till.value?.store_id !== record.store_id) return false;
  attempt = new AbortController();
  try {
    if (record.doing === "sending") await send(record);
    else await abandon(record);
    return true;
  } catch (error) {
    return notAnswered(error);
  }
}

/** No answer, or one that settles nothing (the store server's disk is full, it failed, nobody is
 *  paired), or one that could not be kept here. Anything else is a fault of the page. */
function notAnswered(error) {
  let problem = null;
  if (error instanceof DOMException) problem = SENDING.cannotKeep;
  else if (error instanceof Refused) problem = error.problem;
  else if (!(error instanceof BoxAway)) throw error;
  if (error instanceof Refused && WRONG_OPERATOR.has(error.slug)) state.operator.value = null;
  state.sending.value = { ...state.sending.value, problem };
  return false;
}

async function send(record) {
  try {
    const options = { body: record.body, signal: attempt.signal, session: sessionOf(record) };
    await finish(record, await call("POST", "/sales", options));
  } catch (error) {
    if (!(error instanceof Refused) || settlesNothing(error)) throw error;
    const overrideId = await askBeyond(error);
    if (overrideId !== null) await change(record, { body: withWord(record.body, overrideId) });
    else if (NEVER_A_SALE.has(error.slug)) await giveBack(record, error.problem);
    else await change(record, { doing: "giving up", problem: error.problem });
  }
}

/** What was refused was no sale, so another text may be sent under its id. */
function withWord(body, overrideId) {
  const sale = JSON.parse(body);
  return JSON.stringify({ ...sale, override_ids: [...(sale.override_ids ?? []), overrideId] });
}

/** Of who tendered it: their session may end meanwhile. If they have signed in again, the new one. */
function sessionOf(record) {
  const now = state.operator.value;
  return now.operator_id === record.operator_id && !now.locked ? now.token : record.session;
}

function settlesNothing(error) {
  const { status } = error.problem;
  return status === 401 || status >= 500 || NOT_SIGNED_IN.has(error.slug);
}

async function abandon(record) {
  const path = `/sales/${record.sale_id}`;
  const body = { operator_id: state.operator.value.operator_id };
  try {
    await call("POST", `${path}/abandon`, { body });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.slug === "sale-finished") await finish(record, await call("GET", path));
    else if (error.slug === "sale-id-taken") await giveBack(record, record.problem);
    else throw error;
    return;
  }
  await giveBack(record, record.problem);
}

/** The answer is kept before anybody sees it. A power cut that takes it leaves the sale as it was kept
 *  before it was sent, and the store server answers that again. */
async function finish(record, answer) {
  const seen = higher(state.seen.value, answer);
  const receipt = { ...answer, at_ms: Date.now(), store_id: record.store_id };
  const done = { pending: undefined, showing: answer.sale_id, seen };
  await write(done, { receipt, flushed: false });
  batch(() => {
    state.seen.value = seen;
    state.receipt.value = receipt;
    state.pending.value = null;
    state.place.value = "selling";
    state.problem.value = null;
    state.found.value = null;
    paper.value = null;
  });
  void printReceipt();
}

async function giveBack(record, problem) {
  const basket = { ...record.basket, sale_id: undefined };
  await write({ pending: undefined, basket });
  batch(() => {
    state.quote.value = null;
    state.basket.value = basket;
    state.pending.value = null;
    state.problem.value = problem;
    state.found.value = null;
    if (problem === null) state.notice.value = SENDING.givenUp;
  });
}

async function change(record, changes) {
  const changed = { ...record, ...changes };
  await write({ pending: changed });
  state.pending.value = changed;
}
