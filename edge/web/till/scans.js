/** Each scan is a row until it is taken into the basket or dismissed: kept through a reload, looked
 *  up one after the other, held where nothing can be sold just now, asked again while the store
 *  server is away. */

import { addItem, newSale, setCustomer } from "./actions.js";
import { BoxAway, Refused, call } from "./api.js";
import { ONE_MILLI, WHOLE_UNITS, addItem as withItem, isBeingPaid, parseScan } from "./basket.js";
import { takeCoupon } from "./discount_view.js";
import { uuid7 } from "./ids.js";
import { askQuote, quoteRequest } from "./quotes.js";
import { Pause } from "./retry.js";
import { isReceiptCode } from "./returns.js";
import * as state from "./state.js";
import { searchWords } from "./search.js";
import { write } from "./store.js";
import { effect, signal } from "./ui.js";
import { ACT } from "./words.js";
import { SCANS } from "./words_goods.js";

/**
 * @typedef {object} Scan
 * @property {string} id
 * @property {string} text as it was scanned or typed
 * @property {number} times how many, from "3*" that was typed before it; else 1
 * @property {boolean} typed by hand: where no code is meant, its words are searched
 * @property {boolean} begins it was scanned on a finished sale, so it begins the next one
 * @property {boolean} asks it needs a dialog of its own
 * @property {object|null} problem why it was not taken
 *
 * @typedef {object} Told what came with the look-up
 * @property {string} asked the question of the quote, as text
 * @property {any} answer the quote, null where there was none
 */

const SCANS_MAX = 500;
const AGAIN_MS = 1_500;
/** An answer that comes sooner shows the line at once: a row before it would only move the page, which
 *  costs more than the answer. */
const SHOWN_AFTER_MS = 150;

const pause = new Pause();
let working = false;
/** Whether a look-up takes its time. */
const isLate = signal(false);

/** From now on what waits is taken whenever it can be. */
export function workScans() {
  effect(() => {
    if (canTake() && next() !== undefined) queueMicrotask(() => void work());
  });
  effect(() => {
    if (!state.boxAway.value) pause.wake();
  });
}

/** What the scanner read, or what was typed. */
export async function scan(text, { times = 1, typed = false, problem = null } = {}) {
  if (state.scanTaker.value !== null && !typed) {
    state.scanTaker.value(text);
    return;
  }
  if (state.screen.value === "receipts") state.place.value = "selling";
  if (state.screen.value === "selling" && isReceiptCode(text)) {
    state.dialog.value = { name: "return", code: text };
    return;
  }
  if (state.scans.value.length >= SCANS_MAX) {
    state.problem.value = SCANS.tooMany(SCANS_MAX, text);
    return;
  }
  const begins = state.receipt.value !== null && state.pending.value === null;
  const row = { id: uuid7(Date.now()), text, times, typed, begins, asks: false, problem };
  await keep([...state.scans.value, row]);
}

/** What is left in the field when a whole scan follows: never looked up, so never sold. */
export function scanCutOff(text) {
  return scan(text, { problem: SCANS.cutOff(text) });
}

/** Take no more notice of it. */
export function dismiss(id) {
  return keep(without(id));
}

export function dismissRefused() {
  return keep(state.scans.value.filter((row) => row.problem === null));
}

/** Look it up once more. */
export function askAgain(id) {
  return keep(changed(id, { problem: null }));
}

/** Put an item into the basket; ``row`` goes with it, in one write, so it is never there twice. */
/** @param {any} item @param {any} choice @param {Scan | null} [row] @param {Told | null} [told] */
export async function take(item, choice, row = null, told = null) {
  if (state.place.value === "paying" && !isBeingPaid(state.basket.value)) {
    state.place.value = "selling";
  }
  if (row === null) return addItem(item, choice);
  state.scans.value = without(row.id);
  return addItem(item, choice, { scans: state.scans.value }, told);
}

/** Put an item into the basket, or ask first for what it needs: a weight, a price. ``found``:
 *  {item, quantity_milli, scan_code, label}: labels on weighed goods are counted by the piece. */
export async function offer({ told = null, ...found }, row = null) {
  const { item, quantity_milli, scan_code, label } = found;
  if (!item.active) return refuse(row, SCANS.notSold(item.name));
  const labelled = (label ?? null) !== null;
  if (!labelled && (item.open_price || !WHOLE_UNITS.includes(item.unit))) return ask(found, row);
  const quantity = quantity_milli ?? ONE_MILLI;
  const choice = { quantity_milli: quantity, scan_code, price_minor: null, reason: null };
  const taken = labelled ? { ...item, name: label.name ?? item.name, unit: "each" } : item;
  return take(taken, choice, row, told);
}

/** One dialog at a time: what needs another waits until it is closed. */
async function ask(found, row) {
  if (state.dialog.value === null) state.dialog.value = { name: "item", ...found, row };
  else if (row !== null) await keep(changed(row.id, { asks: true }));
}

async function refuse(row, problem) {
  if (row === null) state.problem.value = problem;
  else await keep(changed(row.id, { problem }));
}

/** Why nothing is taken just now, in words for a row; null where it is. */
export function whyWaiting(row) {
  const { atWork, pending, receipt, till, place, dialog } = state;
  if (!atWork.value) return SCANS.waits.operator;
  if (pending.value !== null) return SCANS.waits.sale;
  if (receipt.value !== null && !beginsNext()) return SCANS.waits.nextSale;
  if (till.value.business_day === null || till.value.till_session === null) {
    return SCANS.waits.opening;
  }
  if (place.value === "settling") return SCANS.waits.settling;
  const asked = dialog.value?.row?.id === row?.id;
  return dialog.value !== null && row?.asks && !asked ? SCANS.waits.dialog : null;
}

function canTake() {
  const { tab, pairing, till } = state;
  const known = tab.value === "mine" && pairing.value !== null && till.value !== null;
  return known && whyWaiting() === null;
}

/** The first that may be looked up. */
function next() {
  const dialog = state.dialog.value;
  return state.scans.value.find(
    (row) => row.problem === null && !(dialog !== null && (row.asks || dialog.row?.id === row.id)),
  );
}

function beginsNext() {
  return state.scans.value.some((row) => row.begins && row.problem === null);
}

/** One after the other, in their order; what is not answered is asked again. */
async function work() {
  if (working) return;
  working = true;
  try {
    for (let row = next(); row !== undefined && canTake(); row = next()) {
      if (!(await tryOnce(row))) await pause.wait(AGAIN_MS);
    }
  } finally {
    working = false;
  }
}

/** The scans that people are to see: not what is answered at once. */
export function shownScans() {
  const rows = state.scans.value;
  if (isLate.value || state.boxAway.value) return rows;
  return rows.filter((row) => row.problem !== null || whyWaiting(row) !== null);
}

/** Whether there was an answer. */
async function tryOnce(row) {
  const late = setTimeout(() => (isLate.value = true), SHOWN_AFTER_MS);
  try {
    const { found, misread } = await findItem(row);
    if (isOpen(row) && canTake()) await settle(row, found, misread);
    return true;
  } catch (error) {
    if (error instanceof BoxAway) return false;
    if (error instanceof DOMException) state.problem.value = ACT.cannotKeep;
    else if (!(error instanceof Refused)) throw error;
    else if (isOpen(row)) await keep(changed(row.id, { problem: error.problem }));
    return !(error instanceof DOMException);
  } finally {
    clearTimeout(late);
    isLate.value = false;
  }
}

/** ``misread``: what is wrong with a scale's label, where it is no customer's card either. */
async function settle(row, found, misread) {
  if (found !== null) {
    if (state.receipt.value !== null) await newSale();
    return offer(found, row);
  }
  if (row.typed && (await searchWords(row.text))) return keep(without(row.id));
  const begin = async () => {
    if (state.receipt.value !== null) await newSale();
  };
  const code = row.text.trim();
  if (await takeCoupon(code, { quoteWith: askQuote, begin })) return keep(without(row.id));
  const customer = row.typed ? null : await findCustomer(row.text);
  if (customer === null) {
    return refuse(row, misread ?? SCANS.nothingFound(row.text.trim(), row.typed));
  }
  if (state.receipt.value !== null) await newSale();
  await keep(without(row.id));
  if (state.dialog.value?.name === "customer") state.dialog.value = null;
  return setCustomer(customer);
}

/** What a code means: the whole text first, for a code that exists is a code; then as how many of a
 *  code ("3*4006381333931"). ``found`` is null where it is neither, and ``misread`` says why where it
 *  is a scale's label whose price does not check. */
async function findItem({ text, times }) {
  const basket = quoteRequest(withGuess(text, times));
  const { found: answer, misread } = await orNull(lookUp(text, basket));
  if (answer === null) return { found: null, misread };
  const found = { ...answer.found, told: { asked: JSON.stringify(basket), answer: answer.quote } };
  if (times === 1) return { found, misread };
  const quantity_milli = (found.quantity_milli ?? ONE_MILLI) * times;
  return { found: { ...found, quantity_milli }, misread };
}

/** The basket as it will be if the text is the code of an item by the piece, which most are: so what
 *  it comes to is asked for together with what the code means. */
function withGuess(text, times) {
  const { quantity_milli, code } = parseScan(text);
  const basket = state.basket.value;
  const item = basket.lines.find(({ scan_code }) => scan_code === code);
  const choice = {
    quantity_milli: (quantity_milli ?? ONE_MILLI) * times,
    scan_code: code,
    price_minor: null,
    reason: null,
  };
  return withItem(basket, item ?? { item_id: "", name: code, unit: "each" }, choice);
}

/** {found, quote}. What is wrong in the basket keeps no code from being looked up. */
async function lookUp(text, basket) {
  try {
    return await call("POST", "/scans", { body: { text, basket } });
  } catch (error) {
    if (!(error instanceof Refused) || !error.problem.field?.startsWith("basket")) throw error;
    const query = new URLSearchParams({ text });
    return { found: await call("GET", `/scans?${query}`), quote: null };
  }
}

/** A customer's card. */
async function findCustomer(code) {
  const query = new URLSearchParams({ q: code, limit: "10" });
  const { customers } = await call("GET", `/customers?${query}`);
  return customers.find((each) => each.active && each.code === code) ?? null;
}

async function orNull(answer) {
  try {
    return { found: await answer, misread: null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.slug === "misread-value") return { found: null, misread: SCANS.misreadValue };
    if (error.problem.status === 404) return { found: null, misread: null };
    throw error;
  }
}

async function keep(scans) {
  state.scans.value = scans;
  try {
    await write({ scans }, { flushed: false });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    state.problem.value = ACT.cannotKeep;
  }
}

function isOpen(row) {
  return state.scans.value.some((each) => each.id === row.id && each.problem === null);
}

function without(id) {
  return state.scans.value.filter((row) => row.id !== id);
}

function changed(id, changes) {
  return state.scans.value.map((row) => (row.id === id ? { ...row, ...changes } : row));
}
