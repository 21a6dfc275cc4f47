/** The header, the status line, and what there is to say: found again, done, gone wrong. */

import { trying } from "./actions.js";
import { remedyOf } from "./refusals.js";
import { Scans } from "./scans_view.js";
import { speakAnother } from "./speaking.js";
import * as state from "./state.js";
import { html, useEffect, useState } from "./ui.js";
import { MENU, PAGE, STATUS } from "./words.js";

const TICK_MS = 1_000;

export function Header() {
  const { till, pairing, operator, dialog, signingIn, tab } = state;
  const open = () => (dialog.value = { name: "menu" });
  const change = () => (signingIn.value = "somebody");
  const where = till.value === null ? STATUS.till : placeName(till.value);
  const { atWork } = state;
  const ready = tab.value === "mine" && pairing.value !== null && till.value !== null;
  return html`<header>
    <strong class="where">${where}</strong>
    <span class="who">
      ${pairing.value !== null && html`<span class="workstation">${pairing.value.workstation_id}</span>`}
      ${operator.value !== null && html`<button type="button" class="plain person"
        aria-label=${MENU.changeFrom(operator.value.name)} onClick=${change}>
        ${operator.value.name}<span aria-hidden="true"> ▾</span>
      </button>`}
    </span>
    <${StatusLine} />
    <${Clock} />
    ${!atWork.value && html`<button type="button" class="plain" onClick=${() => trying(speakAnother)}>
      ${MENU.language}
    </button>`}
    ${ready && atWork.value && html`<button type="button" class="plain menu" onClick=${open}>
      ${MENU.title}
    </button>`}
  </header>`;
}

/** As the device has it. */
function Clock() {
  const now = () => new Date().toLocaleTimeString([], { timeStyle: "short" });
  const [time, setTime] = useState(now());
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<time class="clock">${time}</time>`;
}

function placeName({ store_code, store_name }) {
  return store_code === store_name ? store_code : `${store_code} ${store_name}`;
}

function StatusLine() {
  const { kind, text } = statusNow();
  return html`<p class=${`status ${kind}`} role="status" data-testid="status">
    <span class="dot" aria-hidden="true"></span>${text}
  </p>`;
}

function statusNow() {
  const { boxAway, syncStatus, pairing, tab } = state;
  if (boxAway.value) return { kind: "bad", text: STATUS.away };
  if (state.boxSlow.value) return { kind: "warn", text: STATUS.slow };
  if (tab.value !== "mine") return { kind: "quiet", text: STATUS.otherTab };
  if (pairing.value === null) return { kind: "quiet", text: STATUS.notPaired };
  if (syncStatus.value === null) return { kind: "quiet", text: PAGE.asking };
  const { givingBack } = state;
  if (givingBack.value > 0) return { kind: "quiet", text: STATUS.givingBack(givingBack.value) };
  const { summary, needs_a_person: person, head_office_away: away } = syncStatus.value;
  return { kind: person || away ? "warn" : "good", text: summary };
}

export function Messages() {
  const { found, notice, problem, dialog } = state;
  const close = () => (problem.value = null);
  return html`<div class="messages">
    <p class="found" role="status" data-testid="found" hidden=${found.value === null}>
      ${found.value}
    </p>
    <p class="notice" role="status" data-testid="notice" hidden=${notice.value === null}>
      ${notice.value}
    </p>
    ${problem.value !== null && dialog.value === null &&
    html`<${Problem} problem=${problem.value} onClose=${close} />`}
    ${dialog.value === null && html`<${Scans} />`}
  </div>`;
}

/** What went wrong and what to do. */
export function Problem({ problem, onClose }) {
  return html`<div class="problem" role="alert" data-testid="problem">
    <div>
      <strong>${problem.title}</strong>
      <p>${problem.detail} ${remedyOf(problem)}</p>
    </div>
    ${onClose && html`<button type="button" class="plain"
      aria-label=${STATUS.close} onClick=${onClose}>×</button>`}
  </div>`;
}
