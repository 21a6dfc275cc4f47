/** What the basket comes to, as the store server computed it: total, tax, what is saved. */

import * as state from "./state.js";
import { Problem } from "./status_view.js";
import { formatMinor, percent } from "./text.js";
import { html } from "./ui.js";
import { SELLING } from "./words_selling.js";

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
      <span>${[SELLING.pointsEarned, ...(quoted.earning?.rules ?? [])].join(" · ")}</span>
      <span>${formatMinor(quoted.points_earned, 0)}</span>
    </p>`}
  </div>`;
}

/** The same in one line, with how many pieces and what is saved. */
export function Sums() {
  const { linesQuote, decimals, basket } = state;
  const quoted = linesQuote.value;
  const amount = (minor) => formatMinor(minor, decimals.value);
  const saved = quoted?.saved?.saved_minor ?? 0;
  const tax = (quoted?.taxes ?? []).reduce((sum, { tax_minor }) => sum + tax_minor, 0);
  const points = quoted?.points_earned ?? 0;
  const parts = [
    SELLING.items(pieces(basket.value.lines)),
    saved > 0 && SELLING.saved(amount(saved)),
    tax !== 0 && SELLING.tax(amount(tax)),
    points > 0 && SELLING.earns(formatMinor(points, 0)),
  ];
  return html`<p class="sums">${parts.filter(Boolean).join(" · ")}</p>`;
}

/** Each weighed line is one. */
function pieces(lines) {
  const whole = ({ quantity_milli: milli }) => (milli % 1000 === 0 ? milli / 1000 : 1);
  return lines.reduce((sum, line) => sum + whole(line), 0);
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
