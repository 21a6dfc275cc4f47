/** Selling: the basket is the page; the finder, the quick keys and the customer stand at its side,
 *  total and Pay in the bar that never leaves the screen, the keys in the foot. */

import { bringBack, emptyBasket, setCustomer, trying } from "./actions.js";
import { Almost, Lowered } from "./discount_view.js";
import { Finder } from "./finder_view.js";
import { focusScan } from "./focus.js";
import { FootKeys } from "./keys_view.js";
import { Lines } from "./lines_view.js";
import { QuickKeys } from "./quick_keys_view.js";
import { askCustomer, exactCash, pay, payable, takeExactCash } from "./selling.js";
import * as state from "./state.js";
import { Problem } from "./status_view.js";
import { formatMinor, times } from "./text.js";
import { Sums, Total } from "./totals_view.js";
import { html } from "./ui.js";
import { SELLING } from "./words_selling.js";

export function Selling() {
  return html`<div class="selling">
    <h1 class="unseen">${SELLING.title}</h1>
    <section class="side">
      <${Finder} />
      <${QuickKeys} />
      <${Customer} />
      <${Almost} />
    </section>
    <${Basket} />
    <${Bar} />
    <${FootKeys} />
  </div>`;
}

function Basket() {
  const { basket, emptied } = state;
  const some = basket.value.lines.length > 0;
  return html`<section class="basket">
    <div class="head">
      <h2 id="basket">${SELLING.basket}</h2>
      <button type="button" class="plain" disabled=${!some}
        onClick=${() => trying(emptyBasket).then(focusScan)}>${SELLING.empty}</button>
    </div>
    ${emptied.value !== null && html`<p class="notice emptied" role="status">
      ${SELLING.emptied}
      <button type="button" onClick=${() => trying(bringBack).then(focusScan)}>
        ${SELLING.bringBack}
      </button>
    </p>`}
    <${Lines} />
    <${Lowered} />
  </section>`;
}

/** What the basket comes to, and the one main act. */
function Bar() {
  const { quoteProblem, decimals } = state;
  const exact = exactCash.value;
  return html`<div class="foot">
    ${quoteProblem.value !== null && html`<${Problem} problem=${quoteProblem.value} />`}
    <${Sums} />
    <${Total} />
    <div class="row">
      <button type="button" class="exact" disabled=${exact === null} onClick=${takeExactCash}>
        ${SELLING.exactCash} ${exact === null ? "" : formatMinor(exact, decimals.value)}
        ${" "}<kbd aria-hidden="true">F10</kbd>
      </button>
      <button type="button" class="main" disabled=${!payable.value} onClick=${pay}>
        ${SELLING.pay} <kbd aria-hidden="true">F2</kbd>
      </button>
    </div>
  </div>`;
}

function Customer() {
  const { basket, currentQuote } = state;
  const customer = basket.value.customer;
  if (customer === null) {
    return html`<button type="button" class="customer" onClick=${askCustomer}>
      ${SELLING.customer} <kbd aria-hidden="true">F4</kbd>
    </button>`;
  }
  const points = currentQuote.value?.points_here ?? null;
  const lent = currentQuote.value?.goodwill_here ?? 0;
  const earning = currentQuote.value?.earning ?? null;
  return html`<div class="customer" data-testid="customer">
    <div>
      <button type="button" class="plain named" onClick=${askCustomer}>
        <strong>${customer.name ?? customer.code}</strong>
      </button>
      ${earning?.tier &&
      html`<small class="tier" data-testid="tier">
        ${SELLING.tier(earning.tier, times(earning.multiplier))}
      </small>`}
      <small>${[customer.phone, customer.email].filter(Boolean).join(" · ")}</small>
      ${points !== null && html`<small>${SELLING.points(formatMinor(points, 0))}</small>`}
      ${lent > 0 && html`<small data-testid="lent">${SELLING.lent(formatMinor(lent, 0))}</small>`}
      ${earning?.expire_on &&
      html`<small data-testid="expiring">
        ${SELLING.expiring(formatMinor(earning.expiring, 0), earning.expire_on)}
      </small>`}
    </div>
    <button type="button" onClick=${() => trying(() => setCustomer(null)).then(focusScan)}>
      ${SELLING.noCustomer}
    </button>
  </div>`;
}
