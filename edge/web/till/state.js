/** What the page knows now. Views read these signals; the verbs in actions.js, outbox.js and
 *  quotes.js write them. */

import { EMPTY, costTheSame } from "./basket.js";
import { computed, signal } from "./ui.js";

/**
 * @template T
 * @typedef {import("../vendor/signals.js").Signal<T>} Signal
 */

/**
 * What the store server answered, null before that: of its answers its API pages say what they hold,
 * and nothing here says it again.
 * @typedef {any} Answer
 */

/** {workstation_id, token, store_code}, null before the till is paired.
 * @type {Signal<{workstation_id: string, token: string, store_code: string} | null>} */
export const pairing = signal(null);
/** Workstation and code of a pairing link, null without one.
 * @type {Signal<{workstation_id: string, code: string} | null>} */
export const link = signal(null);
/** What was kept of a pairing and of an opening of the till that were not answered yet: asked again
 *  under the same token and the same id.
 * @type {Signal<{workstation_id: string, code: string, token: string} | null>} */
export const asking = signal(null);
/** @type {Signal<Record<string, any> | null>} */
export const opening = signal(null);
/** The answer of GET /till, as it was last.
 * @type {Signal<Answer>} */
export const till = signal(null);
/** The id of the store that everything kept here belongs to.
 * @type {Signal<string | null>} */
export const home = signal(null);
/** Who is signed in: the answer of POST /session with its token; ``locked``: the PIN is asked for.
 * @type {Signal<Answer>} */
export const operator = signal(null);
/** Who is about to sign in: {operator_id, name}, "somebody" while the names are shown, null.
 * @type {Signal<any>} */
export const signingIn = signal(null);
/** Which language was chosen on this workstation: ``here`` where nobody is signed in, ``by`` their
 *  ids whoever chose another.
 * @type {Signal<{here: string | null, by: Record<string, string>}>} */
export const languages = signal({ here: null, by: {} });
/** What somebody else must allow: {words, asks, answered}, null for nothing.
 * @type {Signal<{words: any, asks: any, answered: (overrideId: string | null) => void} | null>} */
export const overrideAsked = signal(null);
/** What is being bought.
 * @type {Signal<import("./basket.js").Basket>} */
export const basket = signal(EMPTY);
/** The shop's quick keys: {version, tabs: [{name, keys: [{item, short_name, colour, sign}]}]}.
 * @type {Signal<{version: number, tabs: {name: string, keys: any[]}[]}>} */
export const quickKeys = signal({ version: 0, tabs: [] });
/** Whether what is sold here now counts nowhere (training.js). */
export const training = signal(false);
/** Whether the page makes no sound (sounds.js). */
export const silent = signal(false);
/** The key of the line whose tools are open, null for none.
 * @type {Signal<number | null>} */
export const chosen = signal(null);
export const chosenLine = computed(
  () => basket.value.lines.find(({ key }) => key === chosen.value) ?? basket.value.lines.at(-1) ?? null,
);
/**
 * @typedef {object} Quote
 * @property {import("./basket.js").Basket} of
 * @property {any} answer of POST /quotes (see the store server's API pages)
 * @property {any} problem
 * @property {boolean} old as it was before a reload, to be asked again
 * @property {{steady_ms: number, wall_ms: number}} [at] when it was answered, by this page's clocks
 */

/** The quote of an empty basket, which nobody need ask for.
 * @type {Readonly<Quote>} */
export const NOTHING_QUOTED = Object.freeze({
  of: EMPTY,
  answer: { total_minor: 0, lines: [], taxes: [], points_earned: 0, points_here: null },
  problem: null,
  old: false,
});
/** What the store server says of a basket.
 * @type {Signal<Quote | null>} */
export const quote = signal(NOTHING_QUOTED);
/** The basket's payment that somebody else makes, as the store box told it last (card.js).
 * @type {Signal<Answer>} */
export const payment = signal(null);
/** The sale that is being sent or given up (see outbox.js).
 * @type {Signal<any>} */
export const pending = signal(null);
/** The basket that is to be finished as soon as the store server says that it is paid.
 * @type {Signal<import("./basket.js").Basket | null>} */
export const finishing = signal(null);
/** How the sending goes.
 * @type {Signal<{failures: number, problem: any}>} */
export const sending = signal({ failures: 0, problem: null });
/** The finished sale whose receipt is shown.
 * @type {Signal<Answer>} */
export const receipt = signal(null);
/** A receipt of before that is looked at again (last_receipts_view.js), null for none.
 * @type {Signal<Answer>} */
export const looked = signal(null);
/** The receipt that stands on the screen. */
export const atHand = computed(() => receipt.value ?? looked.value);
/** The highest head (see head.js).
 * @type {Signal<any>} */
export const seen = signal(null);
/** Whether an act runs that was pressed before (see actions.js). */
export const busy = signal(false);
/** "selling", "paying", "settling" or "receipts". */
export const place = signal("selling");
/** The dialog that stands open: {name, …}, or null.
 * @type {Signal<any>} */
export const dialog = signal(null);
/** What takes the next scan in the place of the basket, or null.
 * @type {Signal<((text: string) => void) | null>} */
export const scanTaker = signal(null);
/** The basket that was emptied just now, as long as it can be brought back.
 * @type {Signal<import("./basket.js").Basket | null>} */
export const emptied = signal(null);
/** The business day that a manager must say why about.
 * @type {Signal<{why: "reason" | "reopen" | "closed", date: string} | null>} */
export const dayAsked = signal(null);
/** What went wrong last: {title, detail, remedy}.
 * @type {Signal<any>} */
export const problem = signal(null);
/** The scans that are not in the basket yet (see scans.js).
 * @type {Signal<import("./scans.js").Scan[]>} */
export const scans = signal([]);
/** What was taken out of baskets and is not told yet (removals.js).
 * @type {Signal<{body: Record<string, any>, due_ms: number}[]>} */
export const removals = signal([]);
/** The basket that is being recalled, null for none (park.js).
 * @type {Signal<{basket_id: string, event_id: string} | null>} */
export const recalling = signal(null);
/** What was done, in a sentence.
 * @type {Signal<string | null>} */
export const notice = signal(null);
/** What a reload found again, in a sentence.
 * @type {Signal<string | null>} */
export const found = signal(null);
/** Whether an answer of the store server has been waited for longer than usual. */
export const boxSlow = signal(false);
/** Whether the store server does not answer. */
export const boxAway = signal(false);
/** The answer of GET /sync, as it was last.
 * @type {Signal<Answer>} */
export const syncStatus = signal(null);
/** How many receipts are still to be given back to the store box (giving_back.js). */
export const givingBack = signal(0);
/** The till session that was open here last, and at which epoch of the store box: {till_session_id,
 *  business_date, store_id, workstation_id, epoch}. Where that box is gone, it is carried on.
 * @type {Signal<any>} */
export const drawer = signal(null);
/** Of which session somebody has said that it was settled at the store box that is gone.
 * @type {Signal<string | null>} */
export const settledBefore = signal(null);
/** The session to carry on: it was open here, and the store box knows of none that is. */
export const carried = computed(() =>
  till.value !== null && till.value.till_session === null ? drawer.value : null,
);
/** Whether the browser promised to keep what is stored: true, false, null where it does not say.
 * @type {Signal<boolean | null>} */
export const persisted = signal(null);
/** Whether this tab sells: "asking", "mine", "other", or "broken" (nothing can be kept). */
export const tab = signal("asking");

/** Which screen is shown, by what is known. */
export const screen = computed(() => {
  if (tab.value === "other") return "other tab";
  if (tab.value === "broken") return "keeps nothing";
  if (tab.value === "asking") return "loading";
  if (pairing.value === null) return "pairing";
  if (till.value === null) return "loading";
  if (operator.value === null || operator.value.locked || signingIn.value !== null) return "sign in";
  if (operator.value.own_pin_needed) return "own pin";
  if (pending.value !== null) return "waiting";
  if (receipt.value !== null) return "sold";
  if (till.value.business_day === null) return "open day";
  if (till.value.till_session === null) return "open till";
  return place.value;
});
/** Whether somebody is signed in who can work. */
export const atWork = computed(() => {
  const who = operator.value;
  return who !== null && !who.locked && !who.own_pin_needed;
});
export const decimals = computed(() => till.value?.decimals ?? 2);
/** The quote of the basket as it is now, null until it is there. */
export const currentQuote = computed(() =>
  quote.value !== null && quote.value.of === basket.value ? quote.value.answer : null,
);
/** Whether an answer is waited for, or does not come. */
export const boxLate = computed(() => boxSlow.value || boxAway.value);
/** The last quote's answer where it still says what these lines come to: tenders change no total. */
export const linesQuote = computed(() => {
  const [quoted, now] = [quote.value, basket.value];
  if (quoted?.answer == null) return null;
  return costTheSame(quoted.of, now) ? quoted.answer : null;
});
/** What each line comes to, by the line itself: those that were not touched keep their amounts
 *  while the others are asked for. */
export const quotedLines = computed(() => {
  const quoted = quote.value;
  if (quoted?.answer == null) return new Map();
  return new Map(quoted.of.lines.map((line, at) => [line, quoted.answer.lines[at]]));
});
/** The lines that bring along what may be left out. */
export const bringOptional = computed(() => {
  const [quoted, now] = [linesQuote.value, basket.value];
  return (quoted?.bring_optional ?? []).map((number) => now.lines[number - 1]);
});
export const quoteProblem = computed(() =>
  quote.value !== null && quote.value.of === basket.value ? quote.value.problem : null,
);
