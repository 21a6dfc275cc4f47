/** The basket as a value: what is in it, who buys, what was paid so far. Computes no amount. */

/**
 * @typedef {object} BasketLine
 * @property {number} key a line's name on the page
 * @property {string} item_id
 * @property {string} name
 * @property {string} unit such as "each" or "kg"
 * @property {string|null} scan_code what was scanned, if anything
 * @property {number} quantity_milli
 * @property {number|null} unit_price_minor of an open-price item
 * @property {string|null} reason why that price
 * @property {Discount|null} [discount] off this line, by hand
 * @property {{unit_price_minor: number, reason: string}|null} [price_override] in place of what it costs
 * @property {string} [note]
 * @property {number} [age_checked] the years that proof was seen of
 * @property {string} [serial]
 * @property {string} [lot]
 * @property {string} [card] the number of the card that it loads
 * @property {{sale_id: string, line_no: number}} [original] the sale line that it takes back
 * @property {boolean} [left_out] what may be left out does not go along
 * @property {string} [unverified] why it is taken back without a receipt
 *
 * @typedef {{rate_bp?: number, amount_minor?: number, reason: string}} Discount one of the two
 *
 * @typedef {object} Tender
 * @property {string} tender_id
 * @property {number} amount_minor
 * @property {string|null} reference
 * @property {string} [outcome] how sure it is, where somebody else pays (card.js)
 * @property {string|null} [approval]
 * @property {string} [attempt_id] the payment's
 * @property {string} [refunds] the payment that the terminal gave back of
 * @property {object} [account] whose value it is (rights.js)
 * @property {{currency: string, amount_minor: number}} [foreign] what was handed over
 * @property {string} [handed] the same as the page shows it
 * @property {number} [tip_minor] so much of it is a tip
 *
 * @typedef {{tender_id: string, amount_minor: number, reference: string|null}} Voucher
 *
 * @typedef {{post_void_of: string, note: string, number: string}} Voids which receipt, and why
 *
 * @typedef {object} Basket
 * @property {BasketLine[]} lines
 * @property {object|null} customer
 * @property {Tender[]} tenders
 * @property {number} next_key
 * @property {string} [sale_id] of the sale to come, once a payment was begun for it
 * @property {object} [payment] that is open: what the store box is asked for (card.js)
 * @property {string[]} [by_hand] payments that the terminal does not give back of
 * @property {Voids} [voids] its lines are all of a receipt, which is voided
 * @property {Discount|null} [discount] off the whole; one that was kept by an earlier page has none
 * @property {string[]} [coupons]
 * @property {Voucher[]} [vouchers] that lower the price, as they were given
 * @property {number} [tip_minor] that the customer was asked for, with whatever tender (tips.js)
 * @property {string} [basket_id] once it was parked
 * @property {{event_id: string, told: string}} [parking] that was not answered yet (park.js)
 */

import { MILLI_MAX } from "./text.js";

export const ONE_MILLI = 1000;
export const LINES_MAX = 1000;
/** Units that do not divide (sync/protocol/units.py): what is sold in others is weighed. */
export const WHOLE_UNITS = ["each", "pack"];

/** What may be said of a line beside what it sells (ask_view.js, price_view.js). */
const ASKED = ["note", "age_checked", "serial", "lot", "card", "price_override"];

/** @type {Readonly<Basket>} */
export const EMPTY = Object.freeze({ lines: [], customer: null, tenders: [], next_key: 1 });

export function isEmpty(basket) {
  return basket.lines.length === 0 && basket.customer === null && basket.tenders.length === 0;
}

/** Something was taken for it, or is being asked for.
 * @param {Pick<Basket, "tenders" | "payment">} basket */
export function isBeingPaid({ tenders, payment }) {
  return tenders.length > 0 || payment !== undefined;
}

/** With one line more, or one more of a line that is the same item by the piece. */
export function addItem(basket, item, { quantity_milli, scan_code, price_minor, reason }) {
  const open = price_minor !== null;
  const same = basket.lines.find(
    (line) =>
      line.item_id === item.item_id && line.unit_price_minor === null && WHOLE_UNITS.includes(line.unit) &&
      line.scan_code === scan_code && !open && !isReturn(line) &&
      ["discount", "price_override", "card", "serial", "lot", "note"].every((name) => (line[name] ?? null) === null),
  );
  if (same !== undefined) return changeQuantity(basket, same.key, quantity_milli);
  const line = {
    key: basket.next_key,
    item_id: item.item_id,
    name: item.name,
    unit: item.unit,
    scan_code,
    quantity_milli,
    unit_price_minor: price_minor,
    reason,
  };
  return { ...basket, lines: [...basket.lines, line], next_key: basket.next_key + 1 };
}

/** Whether it takes goods back. */
export function isReturn(line) {
  return line.original !== undefined || line.unverified !== undefined;
}

/** With a line more that takes back so much of a receipt's ``line``, or as much more of it. */
export function takeBack(basket, line, { quantity_milli, original }) {
  const same = basket.lines.find(
    (each) => each.original?.sale_id === original.sale_id && each.original.line_no === original.line_no,
  );
  if (same !== undefined) return changeQuantity(basket, same.key, quantity_milli);
  const { item_id, unit, description: name } = line;
  const back = {
    key: basket.next_key,
    item_id,
    name,
    unit,
    scan_code: null,
    quantity_milli,
    unit_price_minor: null,
    reason: null,
    original,
  };
  return { ...basket, lines: [...basket.lines, back], next_key: basket.next_key + 1 };
}

/** More (or fewer, below zero) of a line; one that comes to nothing is taken out. */
export function changeQuantity(basket, key, byMilli) {
  const lines = basket.lines
    .map((line) => (line.key === key ? withQuantity(line, line.quantity_milli + byMilli) : line))
    .filter((line) => line.quantity_milli > 0);
  return { ...basket, lines };
}

function withQuantity(line, quantityMilli) {
  return { ...line, quantity_milli: Math.min(quantityMilli, MILLI_MAX) };
}

/** Off a line, or (null) off all of them; null takes it away. */
export function discounted(basket, key, discount) {
  if (key === null) return { ...basket, discount };
  const lines = basket.lines.map((line) => (line.key === key ? { ...line, discount } : line));
  return { ...basket, lines };
}

export function withCoupon(basket, code) {
  return { ...basket, coupons: [...new Set([...(basket.coupons ?? []), code])] };
}

export function withoutCoupon(basket, code) {
  return { ...basket, coupons: (basket.coupons ?? []).filter((each) => each !== code) };
}

export function withVoucher(basket, voucher) {
  return { ...basket, vouchers: [...(basket.vouchers ?? []), voucher] };
}

export function withoutVoucher(basket, at) {
  return { ...basket, vouchers: (basket.vouchers ?? []).filter((_, place) => place !== at) };
}

/** Whether two baskets come to the same, however they are paid. */
export function costTheSame(one, other) {
  const names = ["lines", "customer", "discount", "coupons", "vouchers"];
  return names.every((name) => one[name] === other[name]);
}

export function changeLines(basket, keys, changes) {
  const lines = basket.lines.map((line) => (keys.includes(line.key) ? { ...line, ...changes } : line));
  return { ...basket, lines };
}

export function removeLine(basket, key) {
  return { ...basket, lines: basket.lines.filter((line) => line.key !== key) };
}

/** Which line's tools are to be open after a change: the one that was touched, or what stands where
 *  the chosen one stood. Its key, null for none. */
export function chosenAfter(before, after, chosen) {
  const known = new Set(before.lines);
  const touched = after.lines.findLast((line) => !known.has(line));
  if (touched !== undefined) return touched.key;
  if (after.lines.some(({ key }) => key === chosen)) return chosen;
  const at = before.lines.findIndex(({ key }) => key === chosen);
  return (after.lines[at] ?? after.lines.at(-1))?.key ?? null;
}

/** Two baskets as one: the first's lines, then the second's under keys of their own; the second's
 *  customer, where it names one. */
export function together(first, second) {
  const moved = second.lines.map((line, at) => ({ ...line, key: first.next_key + at }));
  return {
    ...first,
    lines: [...first.lines, ...moved],
    customer: second.customer ?? first.customer,
    tenders: [...first.tenders, ...second.tenders],
    discount: first.discount ?? second.discount ?? null,
    coupons: [...new Set([...(first.coupons ?? []), ...(second.coupons ?? [])])],
    vouchers: [...(first.vouchers ?? []), ...(second.vouchers ?? [])],
    next_key: first.next_key + moved.length,
    voids: moved.length === 0 ? first.voids : undefined,
  };
}

/** ``after`` as it stands: what voids a receipt and is changed takes its goods back, no more. */
export function stillVoids(before, after) {
  if (before.voids === undefined || costTheSame(before, after)) return after;
  return { ...after, voids: undefined };
}

/** What is asked for a basket: of a receipt that is voided the store server has the lines.
 * @returns {Record<string, any>} */
export function requestGoods(basket) {
  if (basket.voids === undefined) return { lines: requestLines(basket) };
  return { lines: [], post_void_of: basket.voids.post_void_of };
}

/** The lines as the store server takes them, in quotes and in sales. */
export function requestLines(basket) {
  return basket.lines.map((line, place) => {
    const request = { line_no: place + 1, quantity_milli: line.quantity_milli };
    if (line.original !== undefined) return { ...request, original: line.original };
    if (line.unverified !== undefined) request.unverified = line.unverified;
    if (line.scan_code !== null) request.scan_code = line.scan_code;
    else request.item_id = line.item_id;
    if (line.unit_price_minor !== null) {
      request.unit_price_minor = line.unit_price_minor;
      request.open_price_reason = line.reason;
    }
    if ((line.discount ?? null) !== null) request.discount = line.discount;
    for (const name of ASKED) if ((line[name] ?? null) !== null) request[name] = line[name];
    return request;
  });
}

/** Numbers of the lines with which nothing goes that may be left out: of quotes, and of what is put
 *  aside. */
export function leftOut(basket) {
  const numbered = basket.lines.map((line, at) => (line.left_out ? at + 1 : 0));
  return numbered.filter((number) => number > 0);
}

/** What else of it the store server takes, in quotes and in sales: who buys, what lowers prices. */
export function requestRest(basket) {
  const rest = {};
  if (basket.customer !== null) rest.customer_id = basket.customer.customer_id;
  if ((basket.discount ?? null) !== null) rest.discount = basket.discount;
  if ((basket.coupons ?? []).length > 0) rest.coupons = basket.coupons;
  if ((basket.vouchers ?? []).length > 0) rest.vouchers = basket.vouchers;
  return rest;
}

/** The tenders as the store server takes them. */
export function requestTenders(basket) {
  return basket.tenders.map(({ tender_id, amount_minor, ...told }) => {
    const { reference, outcome, approval, account, foreign, tip_minor } = told;
    const stated = { reference, outcome, approval, account, foreign, tip_minor };
    const known = Object.entries(stated).filter(([, each]) => each != null);
    return { tender_id, amount_minor, ...Object.fromEntries(known) };
  });
}

/** "3*4006381333931" -> 3000 and the code; without a quantity, null and the text. */
export function parseScan(text) {
  const match = /^(\d{1,3})\s*[*x×]\s*(\S.*)$/.exec(text.trim());
  if (match === null || Number(match[1]) === 0) return { quantity_milli: null, code: text.trim() };
  return { quantity_milli: Number(match[1]) * ONE_MILLI, code: match[2].trim() };
}
