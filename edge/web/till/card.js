/** Payments that somebody else makes: the card terminal, or the customer's bank by a code.
 *
 *  Which payment is asked for is kept with the basket before the store box is asked; the box keeps
 *  it before it asks the terminal. So after a reload, a killed box or a lost answer the same payment
 *  is asked about again, under the same id, and nobody is charged again. */

import { BoxAway, Refused, call } from "./api.js";
import { addTender, byOperator, putBasket } from "./actions.js";
import { uuid7 } from "./ids.js";
import { askBeyond } from "./override.js";
import { Pause } from "./retry.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { withTip } from "./tips.js";
import { CARD } from "./words_card.js";

const AGAIN_MS = 1_000;
/** Nothing of it is open any more, and nothing was paid. */
const NOTHING_CAME = new Set(["declined", "voiding", "voided"]);
/** The terminal gives nothing back, and somebody may do so by hand. */
const BY_HAND = new Set([
  "no-terminal",
  "nobody-to-ask",
  "permission-needed",
  "override-needed",
  "refund-beyond-payment",
]);
const NOT_ALLOWED = new Set(["permission-needed", "override-needed", "override-refused"]);
/** Our own reference of a payment (``edge/domain/payment/reference.py``). */
const REFERENCE = /^[0-9A-HJKMNP-TV-Z]{12}$/;

const pause = new Pause();
let following = null;

/** Whether the till asks somebody else for this tender: in training nobody is charged. */
export function isElsewhere({ through }) {
  if (state.training.value) return false;
  return through === "paynow" || (through === "terminal" && state.till.value.has_terminal);
}

/** Begin a payment of the basket. Where another is open already, nothing begins. */
export async function beginPayment(tender, amountMinor) {
  const basket = state.basket.value;
  if (basket.payment) return;
  const given = withTip(tender, amountMinor);
  const payment = byOperator({
    attempt_id: uuid7(Date.now()),
    sale_id: basket.sale_id ?? uuid7(Date.now()),
    tender_id: tender.tender_id,
    ...given,
  });
  await begin(payment);
}

/** Whether the terminal gives this back: it took it, and nothing says that it does not. */
export function isByTerminal({ tender_id, reference }) {
  const tender = state.till.value.tenders.find((each) => each.tender_id === tender_id);
  if (tender?.through !== "terminal" || !isElsewhere(tender)) return false;
  const byHand = state.basket.value.by_hand ?? [];
  return REFERENCE.test(reference ?? "") && !byHand.includes(reference);
}

/** Go on with a refund that was begun for a basket that is lost: it is asked about, and nothing is
 *  given back anew. */
export async function takeUpRefund(lost, { amount_minor }) {
  if (lost.amount_minor !== amount_minor) {
    const money = (minor) => formatMinor(-minor, state.decimals.value);
    state.problem.value = CARD.otherAmount(money(lost.amount_minor), money(amount_minor));
    return;
  }
  const { attempt_id, tender_id, refunds } = lost;
  const sale_id = state.basket.value.sale_id ?? uuid7(Date.now());
  await begin({ attempt_id, sale_id, tender_id, amount_minor: -amount_minor, refunds });
}

/** Begin to give back of a payment by the terminal. Where another is open already, nothing begins. */
export async function beginRefund({ tender_id, amount_minor, reference, tip_minor }) {
  const basket = state.basket.value;
  if (basket.payment) return;
  const payment = byOperator({
    attempt_id: uuid7(Date.now()),
    sale_id: basket.sale_id ?? uuid7(Date.now()),
    tender_id,
    amount_minor: -amount_minor,
    refunds: reference,
    tip_minor,
    post_void_of: basket.voids?.post_void_of,
  });
  await begin(payment);
}

/** ``tip_minor`` of it is the page's own: whoever is asked charges or gives back one amount. */
async function begin(payment) {
  await putBasket({ ...state.basket.value, sale_id: payment.sale_id, payment });
  void followPayment();
}

/** Ask for the basket's payment until it is known what became of it. Also called after a reload. */
export async function followPayment() {
  const payment = state.basket.value.payment;
  if (!payment || following === payment.attempt_id) return;
  following = payment.attempt_id;
  try {
    while (isStill(payment) && state.payment.value?.state !== "shown") {
      await tryOnce(state.basket.value.payment);
      if (isStill(payment)) await pause.wait(AGAIN_MS);
    }
  } finally {
    following = null;
  }
}

/** No answer settles nothing, nor does a refusal of who asks: it is asked again. */
async function tryOnce(payment) {
  if (state.pairing.value === null || !state.atWork.value) return;
  try {
    await settle(payment, await ask(payment));
  } catch (error) {
    const word = isRefused(error) && payment.refunds !== undefined ? await askBeyond(error) : null;
    if (word !== null) await withWord(payment, word);
    else if (isRefused(error) && saysNothingBegan(error)) {
      await drop(payment, null, BY_HAND.has(error.slug));
      state.problem.value = error.problem;
    } else if (!(error instanceof BoxAway || isRefused(error))) throw error;
  }
}

const isRefused = (error) => error instanceof Refused;

/** Somebody allowed it before any money moved: it is asked for again, by their word. */
async function withWord(payment, override_id) {
  if (!isStill(payment)) return;
  const { basket } = state;
  await putBasket({ ...basket.value, payment: { ...basket.value.payment, override_id } });
}

/** Begun, or begun before: the same id is the same payment. Whoever signed in since asks after it;
 *  what is unknown the store box asks the terminal about by itself. */
function ask(payment) {
  const { tip_minor: _, ...body } = payment;
  const { attempt_id, operator_id } = payment;
  if (state.payment.value?.state === "unknown") return call("GET", `/payments/${attempt_id}`);
  if (operator_id === state.operator.value.operator_id) {
    const path = payment.refunds === undefined ? "/payments" : "/payments/refunds";
    return call("POST", path, { body });
  }
  return call("POST", `/payments/${attempt_id}/ask`, { body: byOperator() });
}

function saysNothingBegan({ problem, slug }) {
  if (slug === "request-id-reused") return false;
  return [404, 409, 422].includes(problem.status) || NOT_ALLOWED.has(slug);
}

/** Ask the terminal again: asked again, never charged again. */
export function askAgain() {
  return act("ask");
}

/** Whatever becomes of it, no receipt has it. */
export function giveUpPayment() {
  return act("give-up");
}

/** What was shown was paid: ``outcome`` as the bank confirmed it, or on sight. */
export function acceptPayment(outcome) {
  return act("accept", { outcome });
}

async function act(verb, more = {}) {
  const payment = state.basket.value.payment;
  if (!payment) return;
  const path = `/payments/${payment.attempt_id}/${verb}`;
  await settle(payment, await call("POST", path, { body: byOperator(more) }));
}

async function settle(payment, answer) {
  if (!isStill(payment)) return;
  if (answer.state === "approved" || answer.state === "accepted") await take(answer);
  else if (cameToNothing(payment, answer)) await drop(payment, answer, true);
  else state.payment.value = answer;
}

/** A refund that is given up may have gone back yet: it is waited for. */
function cameToNothing({ refunds }, answer) {
  return NOTHING_CAME.has(answer.state) && (refunds === undefined || answer.state !== "voiding");
}

/** The payment becomes a tender, in one write. */
async function take(answer) {
  const { attempt_id, tender_id, amount_minor, reference, outcome, approval, refunds } = answer;
  const tip_minor = state.basket.value.payment?.tip_minor || undefined;
  state.payment.value = null;
  await addTender(
    { tender_id, amount_minor, reference, outcome, approval, attempt_id, refunds, tip_minor },
    { payment: undefined },
  );
}

/** ``byHand``: where it was a refund, it goes back by hand now.
 * @param {any} payment
 * @param {any} [answer] */
async function drop(payment, answer = null, byHand = false) {
  state.payment.value = null;
  const basket = state.basket.value;
  const by_hand =
    byHand && payment.refunds !== undefined
      ? [...(basket.by_hand ?? []), payment.refunds]
      : basket.by_hand;
  if (isStill(payment)) await putBasket({ ...basket, payment: undefined, by_hand });
  if (answer === null) return;
  const said = payment.refunds === undefined ? CARD[answer.state] : CARD.notGivenBack;
  state.notice.value = said(answer.why);
}

function isStill({ attempt_id }) {
  return state.basket.value.payment?.attempt_id === attempt_id;
}

/** Payments of this till that no receipt has, but for those of the basket; null where the store box
 *  does not say. */
export async function readUnfinished() {
  const { workstation_id } = state.till.value;
  return (await readWithoutReceipt())?.filter((one) => one.workstation_id === workstation_id) ?? null;
}

/** Refunds by any terminal of the shop that no receipt has, but for those of the basket; null where
 *  no terminal is at this till. */
export async function readLostRefunds() {
  if (!state.till.value.has_terminal) return null;
  return (await readWithoutReceipt())?.filter(({ refunds }) => refunds !== null) ?? null;
}

async function readWithoutReceipt() {
  const { payment, tenders } = state.basket.value;
  const mine = new Set([payment?.attempt_id, ...tenders.map((each) => each.attempt_id)]);
  try {
    const found = await call("GET", "/payments", { quiet: true });
    return found.filter((one) => !mine.has(one.attempt_id));
  } catch (error) {
    if (error instanceof BoxAway || error instanceof Refused) return null;
    throw error;
  }
}

/** Give back what a payment took that no receipt has. */
export function voidPayment({ attempt_id }) {
  return call("POST", `/payments/${attempt_id}/give-up`, { body: byOperator() });
}
