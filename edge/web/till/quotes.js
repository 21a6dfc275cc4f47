/** Keeps the amounts of the basket in step with it: the store server computes each of them. */

import { BoxAway, Refused, call } from "./api.js";
import { requestLines, requestTenders } from "./basket.js";
import { refreshIfAnswered } from "./refresh.js";
import * as state from "./state.js";
import { effect } from "./ui.js";

const AGAIN_MS = 2_000;
const NOT_OPEN = new Set(["no-open-business-day", "no-open-till"]);
let timer = null;

/** The amounts of a basket as of now. Throws BoxAway, Refused. */
export function askQuote(basket) {
  const body = {
    operator_id: state.operator.value.operator_id,
    lines: requestLines(basket),
    tenders: requestTenders(basket),
  };
  if (basket.customer !== null) body.customer_id = basket.customer.customer_id;
  return call("POST", "/quotes", { body });
}

/** From now on each change of the basket is quoted. */
export function keepQuoted() {
  effect(() => {
    const ready = state.pairing.value !== null && state.operator.value !== null;
    const basket = state.basket.value;
    if (ready && basket.lines.length > 0) void requote(basket);
  });
}

async function requote(basket) {
  clearTimeout(timer);
  if (state.currentQuote.peek() !== null) return;
  try {
    put(basket, { of: basket, answer: await askQuote(basket), problem: null });
  } catch (error) {
    if (error instanceof BoxAway) timer = setTimeout(() => again(basket), AGAIN_MS);
    else if (error instanceof Refused) refused(basket, error);
    else throw error;
  }
}

/** Where the day or the till was closed from elsewhere, another screen follows. */
function refused(basket, error) {
  put(basket, { of: basket, answer: null, problem: error.problem });
  if (NOT_OPEN.has(error.slug)) void refreshIfAnswered();
}

function again(basket) {
  if (state.basket.peek() === basket) void requote(basket);
}

/** An answer that comes late is of a basket that is no more. */
function put(basket, quoted) {
  if (state.basket.peek() === basket) state.quote.value = quoted;
}
