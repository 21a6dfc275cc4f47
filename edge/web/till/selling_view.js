/** Selling: what is scanned or searched for on one side, the basket and its total on the other. */

import {
  bringBack,
  changeQuantity,
  doing,
  emptyBasket,
  payExactCash,
  removeLine,
  setCustomer,
  trying,
} from "./actions.js";
import { ONE_MILLI, WHOLE_UNITS } from "./basket.js";
import { useKey } from "./fields.js";
import { Finder } from "./finder_view.js";
import { focusScan } from "./focus.js";
import * as state from "./state.js";
import { Problem } from "./status_view.js";
import { formatMilli, formatMinor, percent } from "./text.js";
import { html, useLayoutEffect, useRef } from "./ui.js";
import { SELLING } from "./words.js";

export function Selling() {
  const { currentQuote, quoteProblem, boxLate, place, dialog, basket } = state;
  const known = currentQuote.value !== null || !boxLate.value;
  const some = basket.value.lines.length > 0;
  const payable = known && quoteProblem.value === null && some;
  const pay = () => payable && (place.value = "paying");
  const customer = () => (dialog.value = { name: "customer" });
  useKey("F2", pay);
  useKey("F4", customer);
  return html`<div class="selling">
    <h1 class="unseen">${SELLING.title}</h1>
    <section class="side">
      <${Finder} />
      <${Customer} onChoose=${customer} />
    </section>
    <section class="card basket">
      <div class="head">
        <h2 id="basket">${SELLING.basket}</h2>
        <button type="button" class="plain" disabled=${!some}
          onClick=${() => trying(emptyBasket).then(focusScan)}>${SELLING.empty}</button>
      </div>
      ${state.emptied.value !== null && html`<p class="notice emptied" role="status">
        ${SELLING.emptied}
        <button type="button" onClick=${() => trying(bringBack).then(focusScan)}>
          ${SELLING.bringBack}
        </button>
      </p>`}
      <${Lines} />
      <div class="foot">
        <${Taxes} />
        <${Total} />
        <div class="row">
          <button type="button" class="main" disabled=${!payable} onClick=${pay}>
            ${SELLING.pay} <kbd aria-hidden="true">F2</kbd>
          </button>
          <${ExactCash} payable=${payable} />
        </div>
      </div>
    </section>
  </div>`;
}

/** Cash that is given to the cent: one touch from the basket to the receipt. */
function ExactCash({ payable }) {
  const exact = state.currentQuote.value?.due?.quick_cash_minor?.[0];
  const off = !payable || exact === undefined;
  const take = () => off || doing(payExactCash);
  useKey("F10", take);
  return html`<button type="button" disabled=${off} onClick=${take}>
    ${SELLING.exactCash} ${exact === undefined ? "" : formatMinor(exact, state.decimals.value)}
    ${" "}<kbd aria-hidden="true">F10</kbd>
  </button>`;
}

function Customer({ onChoose }) {
  const { basket, currentQuote } = state;
  const customer = basket.value.customer;
  if (customer === null) {
    return html`<button type="button" class="customer" onClick=${onChoose}>
      ${SELLING.customer} <kbd aria-hidden="true">F4</kbd>
    </button>`;
  }
  const points = currentQuote.value?.points_here ?? null;
  const lent = currentQuote.value?.goodwill_here ?? 0;
  return html`<div class="card customer" data-testid="customer">
    <div>
      <strong>${customer.name ?? customer.code}</strong>
      <small>${[customer.phone, customer.email].filter(Boolean).join(" · ")}</small>
      ${points !== null && html`<small>${SELLING.points(formatMinor(points, 0))}</small>`}
      ${lent > 0 && html`<small data-testid="lent">${SELLING.lent(formatMinor(lent, 0))}</small>`}
    </div>
    <button type="button" onClick=${() => trying(() => setCustomer(null)).then(focusScan)}>
      ${SELLING.noCustomer}
    </button>
  </div>`;
}

/** The line that was touched last is kept in sight. */
function Lines() {
  const lines = state.basket.value.lines;
  const list = useRef(null);
  const before = useRef(lines);
  useLayoutEffect(() => {
    const known = new Set(before.current);
    const touched = lines.findLast((line) => !known.has(line)) ?? lines.at(-1);
    if (lines !== before.current || known.size > 0) show(list.current, touched?.key);
    before.current = lines;
  }, [lines]);
  useLayoutEffect(() => keepInSight(list.current), [lines.length === 0]);
  if (lines.length === 0) {
    return html`<p class="quiet lines">${SELLING.nothing}</p>`;
  }
  return html`<ul class="lines" aria-labelledby="basket" ref=${list} tabindex="-1">
    ${lines.map((line) => html`<${Line} key=${line.key} line=${line} />`)}
  </ul>`;
}

function show(list, key) {
  if (list === null) return;
  list.dataset.shown = String(key);
  list.querySelector(`[data-key="${key}"]`)?.scrollIntoView({ block: "nearest" });
}

/** When the list gets less room, the line stays in sight as well. */
function keepInSight(list) {
  if (list === null) return undefined;
  const watch = new ResizeObserver(() => show(list, list.dataset.shown));
  watch.observe(list);
  return () => watch.disconnect();
}

function Line({ line }) {
  const decimals = state.decimals.value;
  const quoted = state.quotedLines.value.get(line);
  const act = (verb) => () => trying(verb).then(focusScan);
  const price = quoted === undefined ? "…" : formatMinor(quoted.unit_price_minor, decimals);
  const unit = line.unit === "each" ? "" : ` ${line.unit}`;
  return html`<li data-key=${line.key}>
    <span class="name">${line.name}</span>
    <span class="amount">
      ${quoted === undefined ? "…" : formatMinor(quoted.amount_minor, decimals)}
    </span>
    <span class="each">${formatMilli(line.quantity_milli)}${unit} × ${price}</span>
    <span class="tools">
      ${WHOLE_UNITS.includes(line.unit) && html`
        <button type="button" aria-label=${SELLING.oneLess(line.name)}
          onClick=${act(() => changeQuantity(line.key, -ONE_MILLI))}>−</button>
        <button type="button" aria-label=${SELLING.oneMore(line.name)}
          onClick=${act(() => changeQuantity(line.key, ONE_MILLI))}>+</button>`}
      <button type="button" aria-label=${SELLING.remove(line.name)}
        onClick=${act(() => removeLine(line.key))}>×</button>
    </span>
  </li>`;
}

/** What the store server says against the basket, its tax and its points. */
export function Taxes() {
  const { linesQuote, quoteProblem, decimals, till } = state;
  const quoted = linesQuote.value;
  const taxOf = till.value.tax_included ? SELLING.taxIncluded : SELLING.taxAdded;
  if (quoteProblem.value !== null) return html`<${Problem} problem=${quoteProblem.value} />`;
  if (quoted === null) return null;
  return html`<div class="totals">
    ${quoted.taxes.map(
      (tax) => html`<p class="quiet" key=${tax.tax_rate_bp}>
        <span>${taxOf(percent(tax.tax_rate_bp))}</span>
        <span>${formatMinor(tax.tax_minor, decimals.value)}</span>
      </p>`,
    )}
    ${quoted.points_earned > 0 &&
    html`<p class="quiet">
      <span>${SELLING.pointsEarned}</span><span>${formatMinor(quoted.points_earned, 0)}</span>
    </p>`}
  </div>`;
}

/** The total as the store server computed it. While it is asked for a changed basket, the one before
 *  the change stands there, faint, and says so where the answer takes its time. */
export function Total() {
  const { decimals, till, basket, boxLate } = state;
  const nothing = basket.value.lines.length === 0;
  const known = nothing ? 0 : state.linesQuote.value?.total_minor;
  const before = known ?? state.quote.value?.answer?.total_minor;
  return html`<p class=${`total ${known === undefined ? "old" : ""}`}>
    <span>${SELLING.totalIn(till.value.currency)}
      ${known === undefined && boxLate.value && html`<small>${SELLING.beforeChange}</small>`}
    </span>
    <output role="status" aria-label=${SELLING.total} data-testid="total">
      ${before === undefined ? "…" : formatMinor(before, decimals.value)}
    </output>
  </p>`;
}
