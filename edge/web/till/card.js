/** Payments that somebody else makes: the card terminal, or the customer's bank by a code.
 *
 *  Which payment is asked for is kept with the basket before the store box is asked; the box keeps
 *  it before it asks the terminal. So after a reload, a killed box or a lost answer the same payment
 *  is asked about again, under the same id, and nobody is charged again. */

import { BoxAway, Refused, call } from "./api.js";
import { addTender, byOperator, putBasket } from "./actions.js";
import { uuid7 } from "./ids.js";
import { Pause } from "./retry.js";
import * as state from "./state.js";
import { CARD } from "./words_card.js";

const AGAIN_MS = 1_000;
/** Nothing of it is open any more, and nothing was paid. */
const NOTHING_CAME = new Set(["declined", "voiding", "voided"]);

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
  const payment = byOperator({
    attempt_id: uuid7(Date.now()),
    sale_id: basket.sale_id ?? uuid7(Date.now()),
    tender_id: tender.tender_id,
    amount_minor: amountMinor,
  });
  await putBasket({ ...basket, sale_id: payment.sale_id, payment });
  void followPayment();
}

/** Ask for the basket's payment until it is known what became of it. Also called after a reload. */
export async function followPayment() {
  const payment = state.basket.value.payment;
  if (!payment || following === payment.attempt_id) return;
  following = payment.attempt_id;
  try {
    while (isStill(payment) && state.payment.value?.state !== "shown") {
      await tryOnce(payment);
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
    if (error instanceof Refused && saysNothingBegan(error)) {
      await drop(payment);
      state.problem.value = error.problem;
    } else if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
  }
}

/** Begun, or begun before: the same id is the same payment. Whoever signed in since asks after it;
 *  what is unknown the store box asks the terminal about by itself. */
function ask(payment) {
  const { attempt_id, operator_id } = payment;
  if (state.payment.value?.state === "unknown") return call("GET", `/payments/${attempt_id}`);
  if (operator_id === state.operator.value.operator_id) {
    return call("POST", "/payments", { body: payment });
  }
  return call("POST", `/payments/${attempt_id}/ask`, { body: byOperator() });
}

function saysNothingBegan({ problem, slug }) {
  if (slug === "request-id-reused") return false;
  return [404, 409, 422].includes(problem.status) || slug === "permission-needed";
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
  else if (NOTHING_CAME.has(answer.state)) await drop(payment, answer);
  else state.payment.value = answer;
}

/** The payment becomes a tender, in one write. */
async function take(answer) {
  const { attempt_id, tender_id, amount_minor, reference, outcome, approval } = answer;
  state.payment.value = null;
  await addTender(
    { tender_id, amount_minor, reference, outcome, approval, attempt_id },
    { payment: undefined },
  );
}

async function drop(payment, answer = null) {
  state.payment.value = null;
  if (isStill(payment)) await putBasket({ ...state.basket.value, payment: undefined });
  if (answer !== null) state.notice.value = CARD[answer.state](answer.why);
}

function isStill({ attempt_id }) {
  return state.basket.value.payment?.attempt_id === attempt_id;
}

/** Payments of this till that no receipt has, but for those of the basket; null where the store box
 *  does not say. */
export async function readUnfinished() {
  const { payment, tenders } = state.basket.value;
  const mine = new Set([payment?.attempt_id, ...tenders.map((each) => each.attempt_id)]);
  const { workstation_id } = state.till.value;
  try {
    const found = await call("GET", "/payments", { quiet: true });
    return found.filter((one) => one.workstation_id === workstation_id && !mine.has(one.attempt_id));
  } catch (error) {
    if (error instanceof BoxAway || error instanceof Refused) return null;
    throw error;
  }
}

/** Give back what a payment took that no receipt has. */
export function voidPayment({ attempt_id }) {
  return call("POST", `/payments/${attempt_id}/give-up`, { body: byOperator() });
}
