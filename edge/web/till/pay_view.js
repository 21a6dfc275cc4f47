/** Pay: in cash by one touch of a note, by card with its amount and reference, or in parts. What
 *  covers the total finishes the sale. */

import { addTender, doing, finishSale, removeTender } from "./actions.js";
import { Doubt, Field, Form, useKey } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html, useState } from "./ui.js";
import { Taxes, Total } from "./selling_view.js";

const MUCH_TIMES = 10;

export function Pay() {
  const { till, place, basket } = state;
  const tenders = [...till.value.tenders].sort((a, b) => rank(a) - rank(b));
  const [by, setBy] = useState(tenders[0]?.tender_id);
  const back = () => (place.value = "selling");
  useKey("Escape", back);
  const chosen = tenders.find((tender) => tender.tender_id === by);
  return html`<div class="paying">
    <section class="card">
      <h1>Pay</h1>
      <${Taxes} />
      <${Total} />
      <${Left} />
      ${basket.value.tenders.length > 0 && html`<${PaidSoFar} tenders=${till.value.tenders} />`}
      <button type="button" onClick=${back}>Back to basket</button>
    </section>
    <section class="card">
      <div class="kinds" role="group" aria-label="Pay by">
        ${tenders.map(
          ({ tender_id, name }) => html`<button type="button" key=${tender_id}
            aria-pressed=${tender_id === by} onClick=${() => setBy(tender_id)}>${name}</button>`,
        )}
      </div>
      ${chosen?.kind === "cash" && html`<${Cash} tender=${chosen} />`}
      ${chosen !== undefined && chosen.kind !== "cash" &&
      html`<${Other} key=${chosen.tender_id} tender=${chosen} />`}
    </section>
  </div>`;
}

function rank(tender) {
  return ["cash", "card"].indexOf(tender.kind) === -1 ? 2 : ["cash", "card"].indexOf(tender.kind);
}

/** What is left to pay; in cash it may be rounded. */
function Left() {
  const due = state.currentQuote.value?.due;
  if (due === undefined) return html`<${Asking} />`;
  if (due.covered) {
    return html`<button type="button" class="main" onClick=${() => doing(finishSale)}>
      Finish the sale
    </button>`;
  }
  const decimals = state.decimals.value;
  return html`<dl class="figures" aria-live="polite">
    <dt>Left to pay</dt><dd data-testid="left">${formatMinor(due.left_minor, decimals)}</dd>
    ${due.cash_left_minor !== due.left_minor && html`
      <dt>In cash, rounded</dt>
      <dd data-testid="cash-left">${formatMinor(due.cash_left_minor, decimals)}</dd>`}
  </dl>`;
}

/** What is known while the store server is asked: what was paid is noted, and stays so. */
function Asking() {
  const { basket, decimals, till } = state;
  const last = basket.value.tenders.at(-1);
  if (last === undefined) return html`<p class="quiet">Asking the store box for the amounts …</p>`;
  const name = till.value.tenders.find((each) => each.tender_id === last.tender_id)?.name;
  return html`<p class="noted" role="status" data-testid="noted">
    <strong>${name ?? last.tender_id} ${formatMinor(last.amount_minor, decimals.value)} is noted.</strong>
    ${" "}Do not take it again: the store box is being asked, and the sale goes on by itself as soon
    as it answers.
  </p>`;
}

/** Nothing is taken before it is known what is left. */
const isAsking = () => state.currentQuote.value === null;

function PaidSoFar({ tenders }) {
  const nameOf = (id) => tenders.find((tender) => tender.tender_id === id)?.name ?? id;
  return html`<ul class="lines" aria-label="Paid so far">
    ${state.basket.value.tenders.map(
      (paid, at) => html`<li key=${at}>
        <span class="name">${nameOf(paid.tender_id)}</span>
        <span class="amount">${formatMinor(paid.amount_minor, state.decimals.value)}</span>
        <span class="each">${paid.reference}</span>
        <span class="tools">
          <button type="button" aria-label=${`Take back ${nameOf(paid.tender_id)}`}
            onClick=${() => doing(() => removeTender(at))}>×</button>
        </span>
      </li>`,
    )}
  </ul>`;
}

function take(tender, amountMinor, reference) {
  const { tender_id } = tender;
  return doing(() => addTender({ tender_id, amount_minor: amountMinor, reference }));
}

function Cash({ tender }) {
  const decimals = state.decimals.value;
  const due = state.linesQuote.value?.due;
  const quick = due?.quick_cash_minor ?? [];
  const [doubted, setDoubted] = useState(null);
  const given = (minor) => take(tender, minor, null).then(() => setDoubted(null));
  const submit = (typed, form) => {
    const minor = parseMinor(typed.given, decimals);
    if (minor === null || (minor === 0 && quick[0] !== 0)) {
      state.problem.value = notAnAmount(typed.given, decimals);
    } else if (minor > MUCH_TIMES * (quick[0] ?? minor) && !quick.includes(minor)) {
      setDoubted(minor);
    } else {
      void given(minor).then(() => form.reset());
    }
  };
  return html`<div class="quick">
      ${quick.map(
        (minor, at) => html`<button type="button" key=${minor} class=${at === 0 ? "main" : ""}
          disabled=${isAsking()} onClick=${() => given(minor)}>
          ${at === 0 ? "Exact " : ""}${formatMinor(minor, decimals)}
        </button>`,
      )}
    </div>
    <${Form} onSubmit=${submit}>
      <${Field} label="Cash given" name="given" inputmode="decimal" first />
      <button type="submit" class="main" disabled=${isAsking()}>Take cash</button>
      ${doubted !== null && html`<${Doubt} label=${`Take ${formatMinor(doubted, decimals)}`}
        onYes=${() => given(doubted)}>
        ${formatMinor(doubted, decimals)} is more than ten times what is due.
      <//>`}
    <//>`;
}

/** Card, QR, voucher, points: an amount, and what the terminal says of it. */
function Other({ tender }) {
  const decimals = state.decimals.value;
  const due = state.currentQuote.value?.due;
  const points = tender.kind === "points";
  const left = points ? due?.points_left_minor : due?.left_minor;
  const submit = ({ amount, reference }) => {
    const minor = parseMinor(amount, decimals);
    if (minor === null || minor === 0) state.problem.value = notAnAmount(amount, decimals);
    else void take(tender, minor, reference?.trim() || null);
  };
  if (points && !left) {
    return html`<p class="quiet">${whyNoPoints()}</p>`;
  }
  return html`<${Form} key=${left} onSubmit=${submit}>
    <${Field} label=${`${tender.name} amount`} name="amount" inputmode="decimal" first
      defaultValue=${left === undefined ? "" : formatMinor(left, decimals).replaceAll(",", "")} />
    ${!points && html`<${Field} label=${`${tender.name} reference`} name="reference"
      hint="What the terminal's slip says" maxlength="64" />`}
    <button type="submit" class="main" disabled=${isAsking()}>Take ${tender.name}</button>
  <//>`;
}

function whyNoPoints() {
  const { basket, currentQuote } = state;
  if (basket.value.customer === null) return "Name the customer first, then points can pay.";
  const points = currentQuote.value?.points_here ?? 0;
  return `This customer has ${formatMinor(points, 0)} points to spend at this store: too few to pay with.`;
}
