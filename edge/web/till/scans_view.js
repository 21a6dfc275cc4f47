/** The scans that are not in the basket: what each waits for, or why it was not taken. */

import { remedyOf } from "./refusals.js";
import { askAgain, dismiss, dismissRefused, shownScans, whyWaiting } from "./scans.js";
import * as state from "./state.js";
import { html } from "./ui.js";
import { SCANS } from "./words_goods.js";

/** @type {string[]} */
const NONE = [];

/** ``before``: rows that are not shown, by their ids. */
export function Scans({ before = NONE }) {
  const rows = shownScans().filter(({ id }) => !before.includes(id));
  if (rows.length === 0) return null;
  const refused = rows.filter((row) => row.problem !== null);
  return html`<section class="scans" role="log" data-testid="scans"
    aria-label=${SCANS.label}>
    <ul>
      ${rows.map((row) => html`<${Row} key=${row.id} row=${row} />`)}
    </ul>
    ${refused.length > 1 && html`<button type="button" class="plain" onClick=${dismissRefused}>
      ${SCANS.dismissAll(refused.length)}
    </button>`}
  </section>`;
}

function Row({ row }) {
  const { text, times, problem } = row;
  const waits = whyWaiting(row) ?? (state.boxAway.value ? SCANS.waits.away : null);
  const kind = problem !== null ? "refused" : waits === null ? "asking" : "waiting";
  return html`<li class=${`scan ${kind}`}>
    <strong>${times > 1 ? `${times} × ` : ""}${text}</strong>
    <span>${problem === null ? (waits ?? SCANS.beingLookedUp) : html`<${Why} ...${problem} />`}</span>
    ${problem !== null && html`<button type="button" class="plain"
      aria-label=${SCANS.lookUpAgain(text)} onClick=${() => askAgain(row.id)}>${SCANS.again}</button>`}
    <button type="button" class="plain" aria-label=${SCANS.dismiss(text)}
      onClick=${() => dismiss(row.id)}>×</button>
  </li>`;
}

function Why(problem) {
  return html`${problem.title}. <small>${problem.detail} ${remedyOf(problem)}</small>`;
}
