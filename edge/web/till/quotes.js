/** Keeps the amounts of the basket in step with it: the store server computes each of them. */

import { BoxAway, Refused, call } from "./api.js";
import { leftOut, requestLines, requestRest, requestTenders } from "./basket.js";
import { refreshIfAnswered } from "./refresh.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { effect } from "./ui.js";

const AGAIN_MS = 2_000;
const NOT_OPEN = new Set(["no-open-business-day", "no-open-till"]);
let timer = null;

let asking = { of: null, answer: null };

/** The amounts of a basket as of now, asked for once at a time. Throws BoxAway, Refused. */
export function askQuote(basket) {
  if (asking.of !== basket) {
    const mine = { of: basket, answer: ask(basket) };
    const done = () => {
      if (asking === mine) asking = { of: null, answer: null };
    };
    mine.answer.then(done, done);
    asking = mine;
  }
  return asking.answer;
}

function ask(basket) {
  const body = {
    operator_id: state.operator.value.operator_id,
    lines: requestLines(basket),
    tenders: requestTenders(basket),
    left_out: leftOut(basket),
  };
  if (state.training.value) body.training = true;
  return call("POST", "/quotes", { body: Object.assign(body, requestRest(basket)) });
}

/** From now on each change of the basket is quoted. */
export function keepQuoted() {
  effect(() => {
    const ready = state.pairing.value !== null && state.atWork.value;
    const basket = state.basket.value;
    if (ready && basket.lines.length > 0) void requote(basket);
  });
}

/** The amounts are kept for a reload while the store server is down; if they cannot be, they are
 *  asked for again then. */
async function requote(basket) {
  clearTimeout(timer);
  if (state.currentQuote.peek() !== null && !state.quote.peek().old) return;
  try {
    const answer = await askQuote(basket);
    put(basket, { of: basket, answer, problem: null, old: false });
    await write({ quoted: { of: JSON.stringify(basket), answer } });
  } catch (error) {
    if (error instanceof BoxAway) timer = setTimeout(() => again(basket), AGAIN_MS);
    else if (error instanceof Refused) refused(basket, error);
    else if (!(error instanceof DOMException)) throw error;
  }
}

/** Where the day or the till was closed from elsewhere, another screen follows. */
function refused(basket, error) {
  put(basket, { of: basket, answer: null, problem: error.problem, old: false });
  if (NOT_OPEN.has(error.slug)) void refreshIfAnswered();
}

/** What the same basket comes to may be something else now; what is known stands until it is. */
export async function quoteAgain() {
  const { quote, basket } = state;
  if (quote.peek()?.of !== basket.peek() || quote.peek() === state.NOTHING_QUOTED) return;
  quote.value = { ...quote.peek(), old: true };
  await requote(basket.peek());
}

function again(basket) {
  if (state.basket.peek() === basket) void requote(basket);
}

/** The amounts that were kept with a basket, until they are asked for again. */
export function lastQuote(kept, basket) {
  if (kept === undefined || kept.of !== JSON.stringify(basket)) return null;
  return { of: basket, answer: kept.answer, problem: null, old: true };
}

/** An answer that comes late is of a basket that is no more. */
function put(basket, quoted) {
  if (state.basket.peek() === basket) state.quote.value = quoted;
}
