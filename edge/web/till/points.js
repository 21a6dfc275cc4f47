/** Points that can be spent elsewhere: head office says what a customer has in all, and gives this
 *  store more of it. Nothing waits for either, and nothing fails by them. */

import { BoxAway, Refused } from "./api.js";
import { quoteAgain } from "./quotes.js";
import { askForMore, readBalance } from "./rights.js";

const accountOf = (customerId) => ({ kind: "points", customer_id: customerId });

/** {in_all, to_ask_for}, both null where head office is away. */
export async function readPoints(customerId) {
  try {
    return await readBalance(accountOf(customerId));
  } catch (error) {
    if (error instanceof BoxAway || error instanceof Refused) return { in_all: null, to_ask_for: null };
    throw error;
  }
}

/** {granted, outcome}: "granted", "refused" or "away". */
export async function askForPoints(customerId, points) {
  const answer = await askForMore(accountOf(customerId), points);
  if (answer.granted > 0) await quoteAgain();
  return answer;
}
