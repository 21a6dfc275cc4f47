/** Rights to spend, whatever their kind: what of it can be spent here and in all, and more of it, for
 *  which head office is asked. Nothing waits for either, and nothing fails by them. */

import { BoxAway, Refused, call } from "./api.js";

/** What the basket says of whose it is, as the store server takes it: a number that was scanned, or a
 *  customer. Notes begin with 97 (sync/protocol/cards.py). */
/** @param {{number?: string | null, customer?: any}} whose */
export function accountOf({ number = null, customer = null }) {
  if (number === null) return { kind: "store_credit", customer_id: customer.customer_id };
  const card = number.replace(/[\s-]/g, "");
  return { kind: card.startsWith("97") ? "store_credit" : "gift_value", card };
}

/** {here, in_all, to_ask_for}; the last two null where head office is away. Throws Refused where the
 *  number is none. */
export function readBalance(account) {
  return call("POST", "/rights/balances", { body: { account }, quiet: true });
}

/** {granted, here, outcome}: "granted", "refused" or "away". */
export async function askForMore(account, amount) {
  try {
    return await call("POST", "/rights/asks", { body: { account, amount }, quiet: true });
  } catch (error) {
    if (error instanceof BoxAway || error instanceof Refused) return { granted: 0, outcome: "away" };
    throw error;
  }
}
