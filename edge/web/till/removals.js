/** Tells the store server what was taken out of a basket before anybody paid. Each entry is kept
 *  under its own id until it is answered: through a reload, and while the store server is away. */

import { BoxAway, Refused, call } from "./api.js";
import { uuid7 } from "./ids.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { effect } from "./ui.js";

const AGAIN_MS = 3_000;
let sending = false;
let timer = 0;

/** The entries with one more, to be kept in the write that takes the lines out; none in training.
 *  ``waitMs``: so long it can still be brought back. */
export function withRemoval(basket, lines, whole, waitMs = 0) {
  if (lines.length === 0 || state.training.value) return {};
  const shown = lines.map((line) => {
    const quoted = state.quotedLines.value.get(line);
    return {
      item_id: line.item_id,
      description: line.name,
      quantity_milli: quoted?.quantity_milli ?? line.quantity_milli,
      amount_minor: quoted?.amount_minor ?? 0,
    };
  });
  const body = {
    removal_id: uuid7(Date.now()),
    basket_id: basket.basket_id ?? uuid7(Date.now()),
    operator_id: state.operator.value.operator_id,
    lines: shown,
    whole,
  };
  state.removals.value = [...state.removals.value, { body, due_ms: Date.now() + waitMs }];
  return { removals: state.removals.value };
}

/** What was given up just now is there again. */
export function withoutLast() {
  state.removals.value = state.removals.value.filter(({ due_ms }) => due_ms <= Date.now());
  return { removals: state.removals.value };
}

/** From now on what waits is told, each by whoever took it out. */
export function tellRemovals() {
  effect(() => {
    if (state.atWork.value && state.removals.value.length > 0) queueMicrotask(() => void tell());
  });
}

async function tell() {
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  try {
    for (let entry = next(); entry !== undefined; entry = next()) await tellOne(entry);
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof DOMException)) throw error;
  } finally {
    sending = false;
  }
  if (state.removals.value.length > 0) timer = setTimeout(() => void tell(), AGAIN_MS);
}

async function tellOne(entry) {
  try {
    await call("POST", "/baskets/removals", { body: entry.body });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  state.removals.value = state.removals.value.filter((each) => each !== entry);
  await write({ removals: state.removals.value });
}

function next() {
  const who = state.atWork.value ? state.operator.value.operator_id : null;
  const isDue = ({ body, due_ms }) => body.operator_id === who && due_ms <= Date.now();
  return state.removals.value.find(isDue);
}
