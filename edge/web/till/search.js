/** Items by the words that are typed: what was found for which text, and which of them is chosen. */

import { BoxAway, Refused, call } from "./api.js";
import { parseScan } from "./basket.js";
import { scanField } from "./focus.js";
import { batch, signal } from "./ui.js";

const RESULTS_MAX = 20;

/** @type {import("../vendor/signals.js").Signal<any[]>} */
export const results = signal([]);
/** The place of the hit that Enter takes, -1 for none. */
export const chosen = signal(-1);
/** How many, from "3*" before the words.
 * @type {import("../vendor/signals.js").Signal<number | null>} */
export const quantity = signal(null);
/** Counts questions: an answer to an earlier one comes too late. */
let asked = 0;

/** The text is another one: what is highlighted for the one before is not meant any more. */
export function unchoose() {
  asked += 1;
  chosen.value = -1;
}

export function clearResults() {
  asked += 1;
  if (results.value.length === 0 && chosen.value === -1) return;
  batch(() => {
    results.value = [];
    chosen.value = -1;
  });
}

/** What begins like the words typed so far; digits alone are a code, which Enter looks up. */
export async function suggest(text) {
  if (!/\p{L}/u.test(parseScan(text).code)) {
    clearResults();
    return;
  }
  try {
    await ask(text);
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
    clearResults();
  }
}

/** What begins like a text that is no code, its first hit chosen. Whether anything does. Throws
 *  BoxAway, Refused. */
export async function searchWords(text) {
  if (!(await ask(text)) || results.value.length === 0) return false;
  chosen.value = 0;
  const input = scanField();
  if (input !== null && input.value === "") {
    input.value = text;
    input.select();
  }
  return true;
}

async function ask(text) {
  const { quantity_milli, code } = parseScan(text);
  const mine = ++asked;
  chosen.value = -1;
  const query = new URLSearchParams({ q: code, limit: String(RESULTS_MAX) });
  const answer = await call("GET", `/items?${query}`);
  if (mine !== asked) return false;
  batch(() => {
    quantity.value = quantity_milli;
    results.value = answer.items;
  });
  return true;
}
