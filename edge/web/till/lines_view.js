/** The basket's lines: each is one row, the chosen one opens its tools and is kept in sight. */

import { isReturn } from "./basket.js";
import { Unfinished } from "./card_view.js";
import { focusScan } from "./focus.js";
import { LINE_TOOLS } from "./line_tools.js";
import * as state from "./state.js";
import { formatMilli, formatMinor } from "./text.js";
import { html, useLayoutEffect, useRef } from "./ui.js";
import { PRICE } from "./words_price.js";
import { RETURN } from "./words_return.js";
import { LINE, SELLING } from "./words_selling.js";

export function Lines() {
  const { lines } = state.basket.value;
  const chosen = state.chosenLine.value;
  const list = useRef(null);
  useLayoutEffect(() => show(list.current), [chosen, lines]);
  useLayoutEffect(() => keepInSight(list.current), [lines.length === 0]);
  if (lines.length === 0) return html`<${Nothing} />`;
  return html`<ul class="lines" aria-labelledby="basket" ref=${list} tabindex="-1">
    ${lines.map((line) => html`<${Line} key=${line.key} line=${line} open=${line === chosen} />`)}
    ${(state.linesQuote.value?.lines ?? []).slice(lines.length).map(
      (line) => html`<${Along} key=${`along ${line.line_no}`} line=${line} />`,
    )}
  </ul>`;
}

/** What a terminal was asked for and no receipt has is told before the next sale begins. */
function Nothing() {
  const asks = state.till.value.has_terminal && state.atWork.value;
  return html`<p class="quiet lines">${SELLING.nothing}</p>
    ${asks && html`<${Unfinished} />`}`;
}

/** Where line and tools have no room together, the line itself is seen. */
function show(list) {
  const open = list?.querySelector("[aria-current]");
  open?.scrollIntoView({ block: "nearest" });
  open?.querySelector(".amount").scrollIntoView({ block: "nearest" });
}

/** When the list gets less room, the line stays in sight as well. */
function keepInSight(list) {
  if (list === null) return undefined;
  const watch = new ResizeObserver(() => show(list));
  watch.observe(list);
  return () => watch.disconnect();
}

function Line({ line, open }) {
  const decimals = state.decimals.value;
  const quoted = state.quotedLines.value.get(line);
  const amount = (minor) => (minor === undefined ? "…" : formatMinor(minor, decimals));
  const unit = line.unit === "each" ? "" : ` ${line.unit}`;
  const book = quoted?.book ?? null;
  const milli = Math.abs(book?.packs_milli ?? quoted?.quantity_milli ?? line.quantity_milli);
  const choose = () => {
    state.chosen.value = line.key;
    focusScan();
  };
  return html`<li aria-current=${open ? "true" : undefined} onClick=${open ? undefined : choose}>
    <span class="name">${line.name}${isReturn(line) && html` <em>${RETURN.mark}</em>`}</span>
    <span class="each">
      <span class="count">${formatMilli(milli)}${unit}</span>
      <span class="by"> × </span>
      <span class="price">${amount(book?.pack_price_minor ?? quoted?.unit_price_minor)}</span>
    </span>
    <span class="amount">${amount(quoted?.extended_minor ?? quoted?.amount_minor)}</span>
    ${book !== null && html`<span class="less book"><span>${bookOf(book)}</span></span>`}
    ${(quoted?.modifiers ?? []).map(
      ({ reason, amount_minor }, at) => html`<span class="less" key=${at}>
        <span>${reason}</span><span>${amount(amount_minor)}</span>
      </span>`,
    )}
    ${line.note !== undefined && html`<span class="less note"><span>${line.note}</span></span>`}
    ${open && html`<${Tools} line=${line} />`}
  </li>`;
}

/** By which price book it is priced, and from how many on. */
function bookOf({ name, from_milli: from }) {
  return from > 0 ? PRICE.fromOn(name, formatMilli(from)) : name;
}

/** What goes along with another line, and has no tools of its own: it follows that one. */
function Along({ line }) {
  const amount = (minor) => formatMinor(minor, state.decimals.value);
  return html`<li class="along">
    <span class="name">+ ${line.description}</span>
    <span class="each">${formatMilli(line.quantity_milli)} × ${amount(line.unit_price_minor)}</span>
    <span class="amount">${amount(line.amount_minor)}</span>
  </li>`;
}

function Tools({ line }) {
  return html`<div class="tools" role="group" aria-label=${LINE.tools(line.name)}>
    ${LINE_TOOLS.filter(({ when }) => when(line)).map(
      ({ name, face, label, act }) => html`<button type="button" key=${name} class=${name}
        aria-label=${label(line)} onClick=${() => act(line)}>${face(line)}</button>`,
    )}
  </div>`;
}
