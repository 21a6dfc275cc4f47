/** What a cashier does, one verb each: ask the store server, keep what must outlive a reload, then
 *  show it. A problem is shown, never thrown on. */

import { BoxAway, Refused, call } from "./api.js";
import * as baskets from "./basket.js";
import { newToken, uuid7 } from "./ids.js";
import { begin, tryAgain } from "./outbox.js";
import { askQuote } from "./quotes.js";
import { refresh, refreshIfAnswered } from "./refresh.js";
import * as state from "./state.js";
import { dropOldReceipts, write } from "./store.js";
import { batch } from "./ui.js";

const AWAY = {
  title: "The store box does not answer",
  detail: "The store box does not answer, so nothing was done.",
  remedy: "Try again in a moment. If it stays so, look whether the store box is switched on.",
};
export const CANNOT_KEEP = {
  title: "This browser could not keep it",
  detail: "The browser could not write to its storage, so nothing was sent.",
  remedy: "Free some space on this device, then try again.",
};
const PAID_ALREADY = {
  title: "Something was paid already",
  detail: "A part of this basket was paid, so it cannot just be emptied.",
  remedy: "Give it back, take it out on the screen Pay, then empty the basket.",
};
let busy = false;

/** Run ``verb`` unless another runs already: a double tap is one. Whether it went well. */
export async function doing(verb) {
  if (busy) return false;
  busy = true;
  try {
    return await trying(verb);
  } finally {
    busy = false;
  }
}

/** Run ``verb``, and show what goes wrong. Whether it went well. */
export async function trying(verb) {
  batch(() => {
    state.problem.value = null;
    state.notice.value = null;
  });
  try {
    await verb();
    return true;
  } catch (error) {
    state.problem.value = asProblem(error);
    return false;
  }
}

function asProblem(error) {
  if (error instanceof Refused) return error.problem;
  if (error instanceof BoxAway) return AWAY;
  if (error instanceof DOMException) return CANNOT_KEEP;
  throw error;
}

/** The token is made and kept first, so that an answer that is lost can be asked for again. */
export async function pair(workstationId, code) {
  const kept = state.asking.value;
  const same = kept?.workstation_id === workstationId && kept.code === code;
  const asked = same ? kept : { workstation_id: workstationId, code, token: newToken() };
  await write({ asking: asked });
  state.asking.value = asked;
  const answer = await call("POST", "/pair", { body: asked });
  const pairing = {
    workstation_id: answer.workstation_id,
    token: answer.token,
    store_code: answer.store_code,
  };
  await write({ pairing, asking: undefined });
  batch(() => {
    state.till.value = null;
    state.pairing.value = pairing;
    state.asking.value = null;
    state.link.value = null;
  });
  await refresh();
  tryAgain();
}

export async function chooseOperator(operator) {
  await write({ operator });
  state.operator.value = operator;
  tryAgain();
}

function byOperator(more = {}) {
  return { operator_id: state.operator.value.operator_id, ...more };
}

/** An act under an id of its own: the same bytes again are the same act. */
function act(more = {}) {
  return byOperator({ event_id: uuid7(Date.now()), ...more });
}

export async function openDay() {
  await afterwards(call("POST", "/business-days", { body: act() }));
}

/** The session's id is kept first, so that a repeat opens no second one; it is one request's alone,
 *  and gone when that was answered. */
export async function openTill(floatMinor) {
  const asked = byOperator({ float_minor: floatMinor });
  const kept = state.opening.value;
  const same = kept?.float_minor === floatMinor && kept.operator_id === asked.operator_id;
  const opening = same ? kept : { ...asked, till_session_id: uuid7(Date.now()) };
  await keepOpening(opening);
  try {
    await afterwards(call("POST", "/till-sessions", { body: opening }));
  } catch (error) {
    if (error instanceof Refused) await keepOpening(null);
    throw error;
  }
  await keepOpening(null);
}

async function keepOpening(opening) {
  await write({ opening: opening ?? undefined });
  state.opening.value = opening;
}

/** Whatever was answered, what is open may have changed: ask. */
async function afterwards(answered) {
  try {
    return await answered;
  } finally {
    await refreshIfAnswered();
  }
}

/** The count first; only the answer says what was expected. */
export async function settleTill(countedMinor) {
  const session = state.till.value.till_session;
  const path = `/till-sessions/${session.till_session_id}/settle`;
  const settled = await afterwards(
    call("POST", path, { body: act({ counted_cash_minor: countedMinor }) }),
  );
  await keepOpening(null);
  state.dialog.value = { name: "settled", settled };
  state.place.value = "selling";
}

export async function closeDay() {
  const date = state.till.value.business_day.business_date;
  await afterwards(call("POST", `/business-days/${date}/close`, { body: act() }));
  state.notice.value = `The business day ${date} is closed.`;
}

/** Show the basket and keep it, with what else changes in the same write. */
export async function putBasket(basket, more = {}) {
  batch(() => {
    state.basket.value = basket;
    state.found.value = null;
  });
  await write({ basket, ...more });
}

export function addItem(item, choice, more = {}) {
  return putBasket(baskets.addItem(state.basket.value, item, choice), more);
}

export function changeQuantity(key, byMilli) {
  return putBasket(baskets.changeQuantity(state.basket.value, key, byMilli));
}

export function removeLine(key) {
  return putBasket(baskets.removeLine(state.basket.value, key));
}

export async function emptyBasket() {
  if (state.basket.value.tenders.length > 0) {
    state.problem.value = PAID_ALREADY;
    return;
  }
  await putBasket(baskets.EMPTY);
  state.place.value = "selling";
}

export function setCustomer(customer) {
  return putBasket({ ...state.basket.value, customer });
}

/** ``fields``: name, phone, email; made under an id of the page's own, so a repeat makes none. */
export async function createCustomer(customerId, fields) {
  const told = Object.entries(fields).filter(([, text]) => text !== "");
  const body = byOperator({ customer_id: customerId, ...Object.fromEntries(told) });
  await setCustomer(await call("POST", "/customers", { body }));
}

/** Take a tender; when nothing is left to pay, the sale is finished. A refused tender is not
 *  taken; one that was not answered stays, for a card may have been charged. */
export async function addTender(tender) {
  const before = state.basket.value;
  const basket = { ...before, tenders: [...before.tenders, tender] };
  await putBasket(basket);
  let quoted;
  try {
    quoted = await askQuote(basket);
  } catch (error) {
    if (error instanceof Refused) await putBasket(before);
    throw error;
  }
  state.quote.value = { of: basket, answer: quoted, problem: null, old: false };
  if (quoted.due.covered) await begin(quoted);
}

export function removeTender(place) {
  const basket = state.basket.value;
  return putBasket({ ...basket, tenders: basket.tenders.filter((_, at) => at !== place) });
}

/** What is tendered covers the total: finish. */
export async function finishSale() {
  const quoted = state.currentQuote.value;
  if (quoted !== null && quoted.due.covered) await begin(quoted);
}

export async function newSale() {
  await write({ showing: undefined });
  batch(() => {
    state.receipt.value = null;
    state.found.value = null;
    state.place.value = "selling";
  });
  await dropOldReceipts(Date.now());
}
