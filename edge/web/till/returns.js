/** What the till does with goods that come back: their lines stand in the basket beside what is sold,
 *  and money goes back as the store server says it. */

import { byOperator, finishWith, putBasket } from "./actions.js";
import { call } from "./api.js";
import { isEmpty, takeBack } from "./basket.js";
import { isByTerminal } from "./card.js";
import { begin } from "./outbox.js";
import * as state from "./state.js";
import { RETURN } from "./words_return.js";

/** What a receipt's code looks like to a scanner; ``sync/protocol/paper/witness.py`` reads it. */
const RECEIPT = /^E\d+-[0-9a-f]{8}-\d+\s+[0-9a-f]{16}$/i;

export function isReceiptCode(text) {
  return RECEIPT.test(text.trim());
}

/** The receipt with this code or number, and what of it can come back; another shop's, while head
 *  office is there. Throws BoxAway, Refused. */
export async function findReceipt(code) {
  const found = await call("GET", `/receipts?${new URLSearchParams({ code })}`);
  return { ...found, code };
}

/** ``quantities``: thousandths by line number. First head office gives leave, so that no other shop
 *  takes the same goods back meanwhile. Null once they are in the basket; else the receipt as it
 *  stands now, of which less is left than that. Throws BoxAway, Refused. */
export async function takeLinesBack({ code }, quantities) {
  const body = { code };
  const receipt = { ...(await call("POST", "/receipts/asks", { body })), code };
  const left = Object.fromEntries(receipt.lines.map((each) => [each.line_no, each.left_milli]));
  const wanted = Object.entries(quantities);
  if (wanted.some(([line, milli]) => milli > (left[line] ?? 0))) return receipt;
  await putLinesBack(receipt, quantities);
  return null;
}

function putLinesBack(receipt, quantities) {
  return putBasket(linesBack(state.basket.value, receipt, quantities));
}

function linesBack(before, receipt, quantities) {
  const taken = receipt.lines.filter((line) => quantities[line.line_no] > 0);
  let basket = before;
  for (const line of taken) {
    basket = takeBack(basket, line, {
      quantity_milli: quantities[line.line_no],
      original: { sale_id: receipt.sale_id, line_no: line.line_no },
    });
  }
  return basket;
}

/** A line of the basket is taken back instead of sold: nobody can show its receipt. */
export function takeUnverified(key, reason) {
  const { basket } = state;
  const lines = basket.value.lines.map((line) =>
    line.key === key ? { ...line, discount: null, price_override: null, unverified: reason } : line,
  );
  return putBasket({ ...basket.value, lines });
}

/** The whole receipt, because it should not have been: every tender gets back what it paid. Head
 *  office is asked first, as for a return: goods of it may have come back at another shop. What the
 *  terminal took it gives back first: then all of it stands in the basket until that is done. */
export async function voidReceipt(receipt, note) {
  if (!isEmpty(state.basket.value)) {
    state.problem.value = RETURN.basketFirst;
    return;
  }
  const { code } = receipt;
  await call("POST", "/receipts/asks", { body: { code } });
  const voids = { post_void_of: receipt.sale_id };
  const body = byOperator({ lines: [], training: state.training.value, ...voids });
  const quoted = await call("POST", "/quotes", { body });
  if (!quoted.refunds.some(isByTerminal)) {
    await begin(quoted, { ...voids, note });
    return;
  }
  const all = Object.fromEntries(receipt.lines.map((each) => [each.line_no, each.left_milli]));
  const lines = linesBack(state.basket.value, receipt, all);
  await putBasket({ ...lines, voids: { ...voids, note, number: receipt.receipt_number } });
  state.place.value = "paying";
}

/** Of what goes back, what the terminal has not given back yet. */
export function leftToGive(refunds) {
  const given = state.basket.value.tenders.map(({ refunds: of }) => of).filter((of) => of != null);
  return refunds.filter(({ reference }) => !given.includes(reference));
}

/** Give back what the basket comes to, as the store server proposed it, and finish. */
export function giveBack(refunds) {
  const tenders = refunds.map(({ tender_id, amount_minor, reference, account, tip_minor }) => ({
    tender_id,
    amount_minor,
    reference,
    account,
    tip_minor: tip_minor || undefined,
  }));
  return finishWith(tenders);
}
