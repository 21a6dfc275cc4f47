/** Baskets that are put aside, and those that are gone on with: the store server keeps them for every
 *  workstation. Ids stand in what is kept before they are sent, so an act whose answer was lost is
 *  asked for again and done once. */

import { byOperator, putBasket, trying } from "./actions.js";
import { Refused, call } from "./api.js";
import { EMPTY, isBeingPaid, leftOut, requestLines, requestRest } from "./basket.js";
import { uuid7 } from "./ids.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { effect } from "./ui.js";
import { ACT } from "./words.js";
import { PARK } from "./words_park.js";

/** Put the basket aside. Throws BoxAway, Refused: then it is still here. */
export async function park(note) {
  const basket = state.basket.value;
  if (isBeingPaid(basket)) {
    state.problem.value = ACT.paidAlready;
    return;
  }
  const basketId = basket.basket_id ?? uuid7(Date.now());
  const told = { basket_id: basketId, basket: contentOf(basket), ...(note === "" ? {} : { note }) };
  const begun = basket.parking?.told === JSON.stringify(told) ? basket.parking : undefined;
  const eventId = begun?.event_id ?? uuid7(Date.now());
  const parking = { event_id: eventId, told: JSON.stringify(told) };
  state.basket.value = { ...basket, basket_id: basketId, parking };
  await write({ basket: state.basket.value });
  await call("POST", "/baskets", { body: byOperator({ event_id: eventId, ...told }) });
  state.quote.value = state.NOTHING_QUOTED;
  await putBasket(EMPTY);
  state.notice.value = PARK.done;
}

/** Those that wait, of all workstations. Throws BoxAway, Refused. */
export function listParked() {
  return call("GET", "/baskets");
}

/** Go on with one. Throws BoxAway, Refused: then nothing is here of it. */
export async function recall(basketId) {
  const kept = state.recalling.value;
  const same = kept !== null && kept.basket_id === basketId;
  const recalling = same ? kept : { basket_id: basketId, event_id: uuid7(Date.now()) };
  state.recalling.value = recalling;
  await write({ recalling });
  try {
    const path = `/baskets/${basketId}/recall`;
    const answer = await call("POST", path, { body: byOperator({ event_id: recalling.event_id }) });
    const basket = await basketOf(answer);
    state.recalling.value = null;
    await putBasket(basket, { recalling: undefined });
    state.notice.value = PARK.recalled;
  } catch (error) {
    if (error instanceof Refused) {
      state.recalling.value = null;
      await write({ recalling: undefined });
    }
    throw error;
  }
}

/** From now on a recall whose answer was lost is asked for again. */
export function goOnRecalling() {
  effect(() => {
    const kept = state.recalling.peek();
    if (kept === null || !state.atWork.value || state.basket.peek().lines.length > 0) return;
    queueMicrotask(() => void trying(() => recall(kept.basket_id)));
  });
}

function contentOf(basket) {
  const requests = requestLines(basket);
  const lines = basket.lines.map((line, at) => {
    const quoted = state.quotedLines.value.get(line);
    return {
      line: requests[at],
      item_id: line.item_id,
      name: line.name,
      unit: line.unit,
      quantity_milli: quoted?.quantity_milli ?? line.quantity_milli,
      amount_minor: quoted?.amount_minor ?? 0,
    };
  });
  const total = state.linesQuote.value?.total_minor ?? 0;
  const told = { lines, total_minor: total, left_out: leftOut(basket) };
  return Object.assign(told, requestRest(basket));
}

async function basketOf({ basket_id, basket }) {
  const lines = basket.lines.map(({ line, item_id, name, unit }, at) => ({
    ...withoutNulls(line),
    key: at + 1,
    item_id,
    name,
    unit,
    scan_code: line.scan_code,
    unit_price_minor: line.unit_price_minor,
    reason: line.open_price_reason,
    ...(basket.left_out.includes(at + 1) ? { left_out: true } : {}),
  }));
  return {
    ...EMPTY,
    basket_id,
    lines,
    customer: await customerOf(basket.customer_id),
    discount: basket.discount === null ? null : withoutNulls(basket.discount),
    coupons: basket.coupons,
    vouchers: basket.vouchers,
    next_key: lines.length + 1,
  };
}

async function customerOf(customerId) {
  if (customerId === null) return null;
  try {
    return await call("GET", `/customers/${customerId}`);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

function withoutNulls(told) {
  const { line_no: _, discount, ...rest } = told;
  const kept = Object.entries(rest).filter(([, value]) => value !== null);
  const whole = Object.fromEntries(kept);
  return discount == null ? whole : { ...whole, discount: withoutNulls(discount) };
}
