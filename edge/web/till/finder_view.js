/** One field for the scanner, for codes and for words. Enter takes a scan code ("3*CODE" for a
 *  quantity); words list what begins like them, arrow keys choose. Scans that come quickly are
 *  looked up one after the other. */

import { addItem, trying } from "./actions.js";
import { BoxAway, Refused, call } from "./api.js";
import { ONE_MILLI, parseScan } from "./basket.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { html, signal, useEffect, useLayoutEffect, useRef } from "./ui.js";

const RESULTS_MAX = 20;
const TYPING_MS = 150;
const SCANS_WAITING_MAX = 20;

const results = signal([]);
const chosen = signal(-1);
const quantity = signal(null);
let waiting = [];
let working = false;
/** Counts questions: an answer to an earlier one comes too late. */
let asked = 0;

export function focusScan() {
  document.getElementById("scan")?.focus();
}

export function Finder() {
  const input = useRef(null);
  const typing = useRef(0);
  const free = state.dialog.value === null;
  useLayoutEffect(() => {
    if (free) focusScan();
  }, [free]);
  useEffect(() => () => clearTimeout(typing.current), []);
  const clear = () => {
    clearTimeout(typing.current);
    asked += 1;
    results.value = [];
    if (input.current !== null) input.current.value = "";
  };
  const take = (item) => {
    const wanted = quantity.value;
    void trying(() => offer(item, wanted, null));
    clear();
    focusScan();
  };
  const type = () => {
    clearTimeout(typing.current);
    typing.current = setTimeout(() => suggest(input.current?.value ?? ""), TYPING_MS);
  };
  const press = (event) => onKey(event, input.current, { take, clear });
  const active = results.value[chosen.value];
  return html`<div class="finder">
    <label for="scan">Scan or search</label>
    <input id="scan" ref=${input} type="text" autocomplete="off" spellcheck="false"
      enterkeyhint="search" placeholder="Code, or words of a name" maxlength="64"
      aria-controls="found-items" aria-describedby="scan-hint"
      aria-activedescendant=${active && `item-${active.item_id}`}
      onInput=${type} onKeyDown=${press} />
    <small id="scan-hint">Enter takes a code; 3*CODE takes three.</small>
    <ul id="found-items" class="results" role="listbox" aria-label="Search results"
      hidden=${results.value.length === 0}>
      ${results.value.map(
        (item, at) => html`<${Result} key=${item.item_id} item=${item} at=${at} onTake=${take} />`,
      )}
    </ul>
  </div>`;
}

function Result({ item, at, onTake }) {
  const selected = chosen.value === at;
  const line = useRef(null);
  useEffect(() => {
    if (selected) line.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return html`<li id=${`item-${item.item_id}`} ref=${line} role="option" aria-selected=${selected}
    onClick=${() => onTake(item)}>
    <span>${item.name}</span>
    <span class="price">${priceOf(item)}</span>
    <small>${item.scan_codes[0] ?? item.item_id}</small>
  </li>`;
}

function priceOf(item) {
  if (item.open_price) return "price is asked";
  if (item.unit_price_minor === null) return "no price";
  const price = formatMinor(item.unit_price_minor, state.decimals.value);
  return item.unit === "each" ? price : `${price} / ${item.unit}`;
}

function onKey(event, input, { take, clear }) {
  const last = results.value.length - 1;
  if (event.key === "ArrowDown") chosen.value = Math.min(chosen.value + 1, last);
  else if (event.key === "ArrowUp") chosen.value = Math.max(chosen.value - 1, 0);
  else if (event.key === "Escape") clear();
  else if (event.key !== "Enter") return;
  else if (chosen.value >= 0 && last >= 0) take(results.value[chosen.value]);
  else submit(input.value, clear);
  event.preventDefault();
}

function submit(text, clear) {
  if (text.trim() === "" || waiting.length >= SCANS_WAITING_MAX) return;
  clear();
  waiting.push(text);
  void work();
}

/** One scan after the other, in their order. */
async function work() {
  if (working) return;
  working = true;
  try {
    while (waiting.length > 0) {
      const text = waiting.shift();
      await trying(() => lookUp(text));
    }
  } finally {
    working = false;
  }
}

async function lookUp(text) {
  const { quantity_milli, code } = parseScan(text);
  if (!/[\p{L}\p{N}]/u.test(code)) {
    state.problem.value = nothingFound(code);
    return;
  }
  try {
    const item = await call("GET", `/items/${encodeURIComponent(code)}`);
    await offer(item, quantity_milli, code);
  } catch (error) {
    if (error instanceof BoxAway) state.problem.value = notLookedUp(code);
    else if (error instanceof Refused && error.problem.status === 404) await byWords(text);
    else throw error;
  }
}

async function byWords(text) {
  await suggest(text, { always: true });
  if (results.value.length > 0) {
    chosen.value = 0;
    const input = document.getElementById("scan");
    if (input !== null && input.value === "") input.value = text;
    return;
  }
  state.problem.value = nothingFound(parseScan(text).code);
}

function nothingFound(code) {
  return {
    title: "Nothing found",
    detail: `No item has the code “${code}”, and no name begins with these words.`,
    remedy: "Scan it again, or search by other words of its name.",
  };
}

function notLookedUp(code) {
  return {
    title: "Not in the basket",
    detail: `The store box does not answer, so “${code}” could not be looked up.`,
    remedy: "Scan it again when the store box is back.",
  };
}

/** What begins like the words typed so far; digits alone are a code, which Enter looks up. */
async function suggest(text, { always = false } = {}) {
  const { quantity_milli, code } = parseScan(text);
  const mine = ++asked;
  chosen.value = -1;
  quantity.value = quantity_milli;
  if (!always && !/\p{L}/u.test(code)) {
    results.value = [];
    return;
  }
  try {
    const query = new URLSearchParams({ q: code, limit: RESULTS_MAX });
    const answer = await call("GET", `/items?${query}`);
    if (mine === asked) results.value = answer.items;
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
    results.value = [];
  }
}

/** Put an item into the basket, or ask first for what it needs: a weight, a price. */
async function offer(item, quantityMilli, scanCode) {
  if (!item.active) {
    state.problem.value = {
      title: "This item is not sold any more",
      detail: `${item.name} is not sold any more.`,
      remedy: "Sell another item in its place.",
    };
  } else if (item.open_price || item.unit !== "each") {
    state.dialog.value = { name: "item", item, quantity_milli: quantityMilli, scan_code: scanCode };
  } else {
    const choice = {
      quantity_milli: quantityMilli ?? ONE_MILLI,
      scan_code: scanCode,
      price_minor: null,
      reason: null,
    };
    await addItem(item, choice);
  }
}
