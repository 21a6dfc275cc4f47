/** While a sale is being finished, and when it is. */

import { doing, newSale } from "./actions.js";
import { Heading } from "./fields.js";
import { Papers } from "./papers_view.js";
import { paper, printHere, printReceipt } from "./printing.js";
import { giveUp, tryAgain } from "./outbox.js";
import * as state from "./state.js";
import { Problem } from "./status_view.js";
import { formatMinor } from "./text.js";
import { html, signal, useEffect } from "./ui.js";
import { RECEIPT, SENDING } from "./words_pay.js";
import { TRAINING } from "./words_training.js";

const SECOND_CLICK_MS = 600;

/** Whether the next sale may begin: not by the second click of the one that finished this. */
export const ready = signal(false);

export function Waiting() {
  const { total_minor, doing: step } = state.pending.value;
  const { failures, problem } = state.sending.value;
  const giving = step === "giving up";
  return html`<section class="card narrow">
    <${Heading}>${giving ? SENDING.givingUp : SENDING.finishing}<//>
    <p class="amount">${formatMinor(total_minor, state.decimals.value)}</p>
    <p role="status">${inWords(giving, failures, problem)}</p>
    ${problem !== null && html`<${Problem} problem=${problem} />`}
    ${failures > 0 && html`<div class="row">
      <button type="button" class="main" onClick=${tryAgain}>${SENDING.tryAgain}</button>
      ${!giving && html`<button type="button" onClick=${giveUp}>${SENDING.giveUp}</button>`}
    </div>`}
    ${failures > 0 && !giving && html`<p class="quiet">${SENDING.whenToGiveUp}</p>`}
  </section>`;
}

function inWords(giving, failures, problem) {
  if (failures === 0) return giving ? SENDING.askedToRefuse : SENDING.sent;
  if (problem !== null) return SENDING.couldNot;
  return giving ? SENDING.awayGivingUp : SENDING.away;
}

export function Receipt() {
  const { receipt, decimals, training, till } = state;
  useEffect(() => {
    const timer = setTimeout(() => (ready.value = true), SECOND_CLICK_MS);
    return () => {
      clearTimeout(timer);
      ready.value = false;
    };
  }, []);
  const again = () => ready.value && doing(newSale);
  const { receipt_number, due_minor, change_minor, points_here, tips_minor } = receipt.value;
  const number = html`<span data-testid="receipt-number">${receipt_number}</span>`;
  return html`<section class="sold">
    <div class="card done">
      <${Heading}>${training.value ? TRAINING.made : RECEIPT.title}<//>
      <p class="quiet">${RECEIPT.receipt(number)}</p>
      <dl class="figures">
        <dt>${RECEIPT.due}</dt><dd>${formatMinor(due_minor, decimals.value)}</dd>
        ${tips_minor > 0 && html`
          <dt>${RECEIPT.tip}</dt><dd>${formatMinor(tips_minor, decimals.value)}</dd>`}
        <dt class="change">${RECEIPT.change}</dt>
        <dd class="change" data-testid="change">${formatMinor(change_minor, decimals.value)}</dd>
        ${points_here !== null &&
        html`<dt>${RECEIPT.points}</dt><dd>${formatMinor(points_here, 0)}</dd>`}
      </dl>
      <div class="row">
        <button type="button" class="main" disabled=${!ready.value} onClick=${again}>
          ${RECEIPT.newSale} <kbd aria-hidden="true">F2</kbd>
        </button>
        <button type="button" disabled=${paper.value === "printing"}
          onClick=${till.value.has_printer ? printReceipt : printHere}>${RECEIPT.print}</button>
      </div>
      <${Paper} number=${receipt_number} />
      <${Papers} />
    </div>
    <pre class="paper" data-testid="receipt">${receipt.value.receipt}</pre>
  </section>`;
}

/** What became of its paper. */
export function Paper({ number }) {
  const said = paper.value === null ? undefined : RECEIPT.paper[paper.value];
  if (said === undefined) return null;
  const out = paper.value === "out";
  return html`<p class=${out ? "notice" : "quiet"} role="status" data-testid="paper">
    ${out ? said(number) : said}
  </p>`;
}
