/** Points that can be spent elsewhere: head office says what a customer has in all, and gives this
 *  store more of it. Nothing waits for either, and nothing fails by them. */

import { BoxAway, Refused, call } from "./api.js";
import { quoteAgain } from "./quotes.js";

/** {points_in_all, points_to_ask_for}, both null where head office is away. */
export function readPoints(customerId) {
  const unknown = { points_in_all: null, points_to_ask_for: null };
  return orElse(unknown, () => call("GET", `/points/${customerId}`, { quiet: true }));
}

/** {granted, outcome}: "granted", "refused" or "away". */
export async function askForPoints(customerId, points) {
  const body = { customer_id: customerId, points };
  const asked = () => call("POST", "/points/asks", { body, quiet: true });
  const answer = await orElse({ granted: 0, outcome: "away" }, asked);
  if (answer.granted > 0) await quoteAgain();
  return answer;
}

async function orElse(otherwise, ask) {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof BoxAway || error instanceof Refused) return otherwise;
    throw error;
  }
}
