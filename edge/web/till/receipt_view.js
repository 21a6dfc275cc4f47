/** While a sale is being finished, and when it is. */

import { doing, newSale } from "./actions.js";
import { Heading, useKey } from "./fields.js";
import { giveUp, tryAgain } from "./outbox.js";
import * as state from "./state.js";
import { Problem } from "./status_view.js";
import { formatMinor } from "./text.js";
import { html, useEffect, useState } from "./ui.js";

const SECOND_CLICK_MS = 600;

export function Waiting() {
  const { total_minor, doing: step } = state.pending.value;
  const { failures, problem } = state.sending.value;
  const giving = step === "giving up";
  return html`<section class="card narrow">
    <${Heading}>${giving ? "Giving the sale up" : "Finishing the sale"}<//>
    <p class="amount">${formatMinor(total_minor, state.decimals.value)}</p>
    <p role="status">${inWords(giving, failures, problem)}</p>
    ${problem !== null && html`<${Problem} problem=${problem} />`}
    ${failures > 0 && html`<div class="row">
      <button type="button" class="main" onClick=${tryAgain}>Try again</button>
      ${!giving && html`<button type="button" onClick=${giveUp}>Give this sale up</button>`}
    </div>`}
    ${failures > 0 && !giving && html`<p class="quiet">Give it up only if it is not to be sold: the
      basket comes back, and this sale can then never be finished.</p>`}
  </section>`;
}

function inWords(giving, failures, problem) {
  if (failures === 0) return giving ? "Asking the store box to refuse it …" : "Sent …";
  if (problem !== null) return "The store box could not do it. It is asked again by itself.";
  if (giving) return "The store box does not answer. It is asked again until it does.";
  return "The store box does not answer. The sale is safe here and is sent again by itself; it " +
    "will not be sold twice.";
}

export function Receipt() {
  const { receipt, decimals } = state;
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setReady(true), SECOND_CLICK_MS);
    return () => clearTimeout(timer);
  }, []);
  const again = () => ready && doing(newSale);
  useKey("F2", again);
  const { receipt_number, due_minor, change_minor, points_here } = receipt.value;
  return html`<section class="sold">
    <div class="card done">
      <${Heading}>Sold<//>
      <p class="quiet">Receipt <span data-testid="receipt-number">${receipt_number}</span></p>
      <dl class="figures">
        <dt>To pay</dt><dd>${formatMinor(due_minor, decimals.value)}</dd>
        <dt class="change">Change</dt>
        <dd class="change" data-testid="change">${formatMinor(change_minor, decimals.value)}</dd>
        ${points_here !== null && html`<dt>Points to spend here</dt><dd>${formatMinor(points_here, 0)}</dd>`}
      </dl>
      <div class="row">
        <button type="button" class="main" disabled=${!ready} onClick=${again}>
          New sale <kbd aria-hidden="true">F2</kbd>
        </button>
        <button type="button" onClick=${() => print()}>Print</button>
      </div>
    </div>
    <pre class="paper" data-testid="receipt">${receipt.value.receipt}</pre>
  </section>`;
}
