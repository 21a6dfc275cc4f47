/** What the keys and buttons of the selling page do before anything is paid. */

import { changeLines, changeQuantity, doing, payExactCash, removeLine, trying } from "./actions.js";
import { ONE_MILLI, WHOLE_UNITS } from "./basket.js";
import { focusScan } from "./focus.js";
import * as state from "./state.js";
import { computed, effect } from "./ui.js";

/** Whether the basket can be paid: something is in it, and what it comes to is known. */
export const payable = computed(() => {
  const known = state.currentQuote.value !== null || !state.boxLate.value;
  return known && state.quoteProblem.value === null && state.basket.value.lines.length > 0;
});

/** What must be asked before anything is paid (ask_view.js). */
const asks = computed(() => (state.linesQuote.value?.prompts ?? []).length > 0);

/** From now on a question of the store server is asked as soon as no other dialog is open. */
export function askWhenNeeded() {
  effect(() => {
    const prompts = state.currentQuote.value?.prompts ?? [];
    const free = state.dialog.peek() === null && state.screen.value === "selling";
    if (prompts.length > 0 && free && state.atWork.value) state.dialog.value = { name: "ask" };
  });
}

export function pay() {
  if (!payable.value) return;
  if (asks.value) state.dialog.value = { name: "ask" };
  else state.place.value = "paying";
}

/** What is left in cash, to the cent; null where nothing can be paid yet. */
export const exactCash = computed(() => {
  const exact = state.currentQuote.value?.due?.quick_cash_minor?.[0];
  const free = state.basket.value.payment === undefined && !asks.value;
  return payable.value && free && exact !== undefined ? exact : null;
});

/** Cash that is given to the cent: one touch from the basket to the receipt. */
export function takeExactCash() {
  return exactCash.value === null ? undefined : doing(payExactCash);
}

export function askCustomer() {
  state.dialog.value = { name: "customer" };
}

export function isWhole(line) {
  return WHOLE_UNITS.includes(line.unit);
}

export function oneMore({ key }) {
  return edit(() => changeQuantity(key, ONE_MILLI));
}

export function oneFewer({ key }) {
  return edit(() => changeQuantity(key, -ONE_MILLI));
}

/** What goes along with the line and may be left out stays here, or goes along again.
 * @param {import("./basket.js").BasketLine} line */
export function leaveOut(line) {
  return edit(() => changeLines([line.key], { left_out: !line.left_out }));
}

export function takeOut({ key }) {
  return edit(() => removeLine(key));
}

export function askQuantity({ key }) {
  state.dialog.value = { name: "quantity", line_key: key };
}

/** Off the line, or off the basket. */
export function askDiscount({ key }) {
  state.dialog.value = { name: "discount", line_key: key };
}

/** What one of it costs, by hand. */
export function askPrice({ key }) {
  state.dialog.value = { name: "price", line_key: key };
}

/** The line above the chosen one (-1), or below (1). */
export function chooseBy(step) {
  const { lines } = state.basket.value;
  const at = lines.findIndex((line) => line === state.chosenLine.value);
  const next = lines[Math.min(Math.max(at + step, 0), lines.length - 1)];
  if (next !== undefined) state.chosen.value = next.key;
}

function edit(verb) {
  return trying(verb).then(focusScan);
}
