/** Keeps the amounts of the basket in step with it: the store server computes each of them. */

import { BoxAway, Refused, call } from "./api.js";
import { leftOut, requestGoods, requestRest, requestTenders } from "./basket.js";
import { refreshIfAnswered } from "./refresh.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { effect } from "./ui.js";

const AGAIN_MS = 2_000;
const NOT_OPEN = new Set(["no-open-business-day", "no-open-till"]);
/** For so long a quote dates the payment: the clock that counts it stands still while a machine sleeps. */
const DATES_FOR_MS = 10 * 60_000;
let timer = null;

/** @type {{of: import("./basket.js").Basket | null, answer: Promise<any> | null}} */
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
  return call("POST", "/quotes", { body: quoteRequest(basket) });
}

/** What the amounts of a basket are asked for with. */
export function quoteRequest(basket) {
  const goods = requestGoods(basket);
  /** @type {Record<string, any>} */
  const body = {
    operator_id: state.operator.value.operator_id,
    ...goods,
    tenders: requestTenders(basket),
    left_out: leftOut(basket),
  };
  if (state.training.value) body.training = true;
  return Object.assign(body, requestRest(basket));
}

/** The quote that came with another answer (scans.js), if it is this very basket's; else null.
 * @param {import("./scans.js").Told | null} told
 * @param {import("./basket.js").Basket} basket
 * @returns {import("./state.js").Quote | null} */
export function quoteTold(told, basket) {
  if (told === null || told.answer === null) return null;
  if (told.asked !== JSON.stringify(quoteRequest(basket))) return null;
  return answered(basket, told.answer);
}

/** @returns {import("./state.js").Quote} */
function answered(basket, answer) {
  const at = { steady_ms: performance.now(), wall_ms: Date.now() };
  return { of: basket, answer, problem: null, old: false, at };
}

/** The quote of the basket as it is, dated now: by the store server's clock, and what has passed since
 *  it answered. Null where it must be asked.
 * @returns {any} */
export function quotedNow() {
  const { quote, currentQuote } = state;
  const at = quote.value?.at;
  if (currentQuote.value === null || at === undefined || quote.value?.old) return null;
  const passed = performance.now() - at.steady_ms;
  if (Math.max(passed, Date.now() - at.wall_ms) > DATES_FOR_MS) return null;
  const { tendered_at_ms: asked } = currentQuote.value;
  return { ...currentQuote.value, tendered_at_ms: asked + Math.floor(passed) };
}

/** A quote as it is kept for a reload while the store server is down. */
export function keptQuote({ of, answer }) {
  return { quoted: { of: JSON.stringify(of), answer } };
}

/** From now on each change of the basket is quoted. */
export function keepQuoted() {
  effect(() => {
    const ready = state.pairing.value !== null && state.atWork.value;
    const basket = state.basket.value;
    if (ready && basket.lines.length > 0) void requote(basket);
  });
}

/** The amounts are kept; if they cannot be, they are asked for again after a reload. */
async function requote(basket) {
  clearTimeout(timer);
  if (state.currentQuote.peek() !== null && !state.quote.peek()?.old) return;
  try {
    const answer = await askQuote(basket);
    put(basket, answered(basket, answer));
    await write(keptQuote({ of: basket, answer }));
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
  const known = quote.peek();
  if (known === null || known.of !== basket.peek() || known === state.NOTHING_QUOTED) return;
  quote.value = { ...known, old: true };
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
