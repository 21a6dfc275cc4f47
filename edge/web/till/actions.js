/** What a cashier does with a basket, one verb each: keep what must outlive a reload, ask the store
 *  server, then show it. A problem is shown, never thrown on. The day and the till: day_actions.js. */

import { BoxAway, Refused, call } from "./api.js";
import * as baskets from "./basket.js";
import { begin } from "./outbox.js";
import { allowed } from "./override.js";
import { askQuote, keptQuote, quotedNow, quoteTold } from "./quotes.js";
import { withRemoval, withoutLast } from "./removals.js";
import * as state from "./state.js";
import { dropOldReceipts, write } from "./store.js";
import { tipBy, tipLeft, withTip } from "./tips.js";
import { batch, effect } from "./ui.js";
import { ACT } from "./words.js";

const BACK_WITHIN_MS = 10_000;

/** Run ``verb`` unless another runs already: a double tap is one, and whoever taps is told. Whether
 *  it went well. */
export async function doing(verb) {
  if (state.busy.value) {
    state.notice.value = ACT.stillBusy;
    return false;
  }
  state.busy.value = true;
  try {
    return await trying(verb);
  } finally {
    batch(() => {
      state.busy.value = false;
      if (state.notice.value === ACT.stillBusy) state.notice.value = null;
    });
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
  if (error instanceof BoxAway) return ACT.away;
  if (error instanceof DOMException) return ACT.cannotKeep;
  throw error;
}

/** Who does it goes with every act.
 * @param {Record<string, unknown>} [more]
 * @returns {Record<string, any>} */
export function byOperator(more = {}) {
  return { operator_id: state.operator.value.operator_id, ...more };
}

/** Show the basket and keep it, with what else changes in the same write. ``told``: what may have
 *  been said already of what it comes to.
 * @param {import("./basket.js").Basket} changed
 * @param {Record<string, unknown>} [more]
 * @param {import("./scans.js").Told | null} [told] */
export async function putBasket(changed, more = {}, told = null) {
  const basket = baskets.stillVoids(state.basket.value, changed);
  const quoted = quoteTold(told, basket);
  batch(() => {
    const { basket: before, chosen } = state;
    chosen.value = baskets.chosenAfter(before.value, basket, chosen.value);
    before.value = basket;
    if (quoted !== null) state.quote.value = quoted;
    state.found.value = null;
  });
  await write({ basket, ...(quoted === null ? {} : keptQuote(quoted)), ...more });
}

/** @param {any} item @param {any} choice @param {Record<string, unknown>} [more]
 * @param {import("./scans.js").Told | null} [told] */
export function addItem(item, choice, more = {}, told = null) {
  return putBasket(baskets.addItem(state.basket.value, item, choice), more, told);
}

export function changeQuantity(key, byMilli) {
  return putBasket(baskets.changeQuantity(state.basket.value, key, byMilli));
}

export function removeLine(key) {
  const basket = state.basket.value;
  const gone = basket.lines.filter((line) => line.key === key);
  return putBasket(baskets.removeLine(basket, key), withRemoval(basket, gone, false));
}

/** More that is said of lines: a note, a proof of age, a serial number, a lot. */
export function changeLines(keys, changes) {
  return putBasket(baskets.changeLines(state.basket.value, keys, changes));
}

/** Off a line, or (null) off the whole basket; null takes it away. */
export function setDiscount(key, discount) {
  return putBasket(baskets.discounted(state.basket.value, key, discount));
}

export function addCoupon(code) {
  return putBasket(baskets.withCoupon(state.basket.value, code));
}

export function takeAwayCoupon(code) {
  return putBasket(baskets.withoutCoupon(state.basket.value, code));
}

export function addVoucher(voucher) {
  return putBasket(baskets.withVoucher(state.basket.value, voucher));
}

export function takeAwayVoucher(at) {
  return putBasket(baskets.withoutVoucher(state.basket.value, at));
}

export async function emptyBasket() {
  if (baskets.isBeingPaid(state.basket.value)) {
    state.problem.value = ACT.paidAlready;
    return;
  }
  const emptied = state.basket.value;
  const removal = withRemoval(emptied, emptied.lines, true, BACK_WITHIN_MS);
  batch(() => {
    state.quote.value = state.NOTHING_QUOTED;
    state.emptied.value = emptied;
  });
  setTimeout(() => forget(emptied), BACK_WITHIN_MS);
  await putBasket(baskets.EMPTY, removal);
  state.place.value = "selling";
}

/** Within ten seconds; what was scanned meanwhile stays, and comes after it. */
export async function bringBack() {
  const emptied = state.emptied.value;
  if (emptied === null) return;
  state.emptied.value = null;
  await putBasket(baskets.together(emptied, state.basket.value), withoutLast());
}

function forget(emptied) {
  if (state.emptied.value === emptied) state.emptied.value = null;
}

/** What is left, in cash and to the cent, by one touch: what is left then nobody need ask. Should
 *  something else be due meanwhile, the store server refuses the total, and the basket is back. */
export async function payExactCash() {
  const tender = state.till.value.tenders.find(({ kind }) => kind === "cash");
  const exact = state.currentQuote.value?.due.quick_cash_minor?.[0];
  if (tender === undefined || exact === undefined) return;
  state.place.value = "paying";
  const given = withTip(tender, exact + tipBy(tender));
  const taken = { tender_id: tender.tender_id, ...given, reference: null };
  const quoted = quotedNow();
  if (quoted === null) return addTender(taken);
  const basket = state.basket.value;
  await begin(quoted, {}, { ...basket, tenders: [...basket.tenders, taken] });
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

/** In which month (1 to 12) a customer was born; whoever may not say it alone is allowed by somebody
 *  else. ``eventId``: made before the first attempt. Throws BoxAway, Refused. */
export async function tellMonth({ customer_id: id }, month, eventId) {
  const told = byOperator({ event_id: eventId, birth_month: month });
  await allowed("edit_customers", id, (overrideId) => {
    const body = overrideId === null ? told : { ...told, override_id: overrideId };
    return call("PATCH", `/customers/${id}`, { body });
  });
}

/** Take a tender; when nothing is left to pay, the sale is finished. A refused tender is not taken;
 *  one that was not answered stays, for a card may have been charged: it is asked about until the
 *  store server answers (quotes.js), and nobody need take it again. */
export function addTender(tender, more = {}) {
  return finishWith([tender], more);
}

/** The same of several that are taken, or go back, at once; ``more`` of the basket with them. */
export async function finishWith(tenders, more = {}) {
  const before = state.basket.value;
  const basket = { ...before, ...more, tenders: [...before.tenders, ...tenders] };
  state.finishing.value = basket;
  await putBasket(basket);
  try {
    if (state.currentQuote.value === null) await askQuote(basket);
  } catch (error) {
    if (error instanceof BoxAway) return;
    if (error instanceof Refused) await takeTendersOut(tenders);
    throw error;
  }
}

/** From now on a basket that a tender was taken for is finished as soon as it is paid. */
export function finishWhenPaid() {
  effect(() => {
    const quoted = state.currentQuote.value;
    if (quoted === null || state.finishing.value !== state.basket.value) return;
    state.finishing.value = null;
    if (quoted.due.covered && tipLeft() <= 0) queueMicrotask(() => void trying(finishSale));
  });
}

function takeTendersOut(tenders) {
  const basket = state.basket.value;
  return putBasket({ ...basket, tenders: basket.tenders.filter((each) => !tenders.includes(each)) });
}

/** What somebody else paid is given back first. */
export async function removeTender(place) {
  const tender = state.basket.value.tenders[place];
  if (tender.attempt_id !== undefined) {
    await call("POST", `/payments/${tender.attempt_id}/give-up`, { body: byOperator() });
  }
  await takeTendersOut([tender]);
}

/** What is tendered covers the total: finish. */
export async function finishSale() {
  const quoted = state.currentQuote.value;
  if (quoted !== null && quoted.due.covered) await begin(quoted);
}

export async function newSale() {
  await write({ showing: undefined }, { flushed: false });
  batch(() => {
    state.receipt.value = null;
    state.found.value = null;
    state.place.value = "selling";
  });
  await dropOldReceipts(Date.now());
}
