/** One field for codes and for words. Enter takes a scan code ("3*CODE" for a quantity); words list
 *  what begins like them, arrow keys choose. The scanner is heard everywhere (scanner.js). */

import { trying } from "./actions.js";
import { focusScan } from "./focus.js";
import { offer, scan } from "./scans.js";
import { chosen, clearResults, quantity, results, suggest, unchoose } from "./search.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { html, useEffect, useLayoutEffect, useRef } from "./ui.js";
import { FINDER } from "./words_selling.js";

const TYPING_MS = 150;
/** They choose a hit where there is one, else a line of the basket (keys_table.js). */
const UP_OR_DOWN = new Set(["ArrowUp", "ArrowDown"]);

export function Finder() {
  const input = useRef(null);
  const typing = useRef(0);
  const free = state.dialog.value === null;
  useLayoutEffect(() => {
    if (free) focusScan();
  }, [free]);
  useEffect(() => () => leave(typing), []);
  const clear = () => {
    clearTimeout(typing.current);
    clearResults();
    if (input.current !== null) input.current.value = "";
  };
  const take = (item) => {
    const found = { item, quantity_milli: quantity.value, scan_code: null };
    clear();
    void trying(() => offer(found));
    focusScan();
  };
  const type = () => {
    clearTimeout(typing.current);
    unchoose();
    typing.current = setTimeout(() => suggest(input.current?.value ?? ""), TYPING_MS);
  };
  const press = (event) => onKey(event, input.current, { take, clear });
  const active = results.value[chosen.value];
  return html`<div class="finder">
    <kbd class="slash" aria-hidden="true">/</kbd>
    <label for="scan" class="unseen">${FINDER.label}</label>
    <input id="scan" ref=${input} type="text" autocomplete="off" spellcheck="false"
      enterkeyhint="search" placeholder=${FINDER.placeholder} maxlength="128"
      role="combobox" aria-expanded=${results.value.length > 0} aria-autocomplete="list"
      aria-controls="found-items" aria-describedby="scan-hint"
      aria-activedescendant=${active && `item-${active.item_id}`}
      onInput=${type} onKeyDown=${press} />
    <small id="scan-hint" class="unseen">${FINDER.hint}</small>
    <ul id="found-items" class="results" role="listbox" aria-label=${FINDER.results}
      hidden=${results.value.length === 0}>
      ${results.value.map(
        (item, at) => html`<${Result} key=${item.item_id} item=${item} at=${at} onTake=${take} />`,
      )}
    </ul>
  </div>`;
}

function leave(typing) {
  clearTimeout(typing.current);
  clearResults();
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
  if (item.open_price) return FINDER.priceIsAsked;
  if (item.unit_price_minor === null) return FINDER.noPrice;
  const price = formatMinor(item.unit_price_minor, state.decimals.value);
  return item.unit === "each" ? price : `${price} / ${item.unit}`;
}

/** A hit is taken only where it was chosen for the text that stands in the field. */
function onKey(event, input, { take, clear }) {
  const last = results.value.length - 1;
  if (event.isComposing || (last < 0 && UP_OR_DOWN.has(event.key))) return;
  if (event.key === "ArrowDown") chosen.value = Math.min(chosen.value + 1, last);
  else if (event.key === "ArrowUp") chosen.value = Math.max(chosen.value - 1, Math.min(0, last));
  else if (event.key === "Escape") clear();
  else if (event.key !== "Enter") return;
  else if (chosen.value >= 0 && last >= 0) take(results.value[chosen.value]);
  else if (input.value.trim() !== "") {
    void scan(input.value, { typed: true });
    clear();
  }
  event.preventDefault();
}
