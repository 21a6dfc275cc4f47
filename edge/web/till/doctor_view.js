/** How the store box is, point by point, with what to do: for who may see reports. */

import { trying } from "./actions.js";
import { call } from "./api.js";
import { Modal } from "./modal.js";
import * as state from "./state.js";
import { html, useEffect, useState } from "./ui.js";
import { DOCTOR } from "./words_people.js";

const WORST_FIRST = ["stop", "attention", "unknown", "fine"];

export function Doctor() {
  const [report, setReport] = useState(null);
  const close = () => (state.dialog.value = null);
  const look = () => void trying(async () => setReport(await call("GET", "/doctor")));
  useEffect(look, []);
  return html`<${Modal} label=${DOCTOR.title} onClose=${close}>
    <h2>${DOCTOR.title}</h2>
    <p role="status" data-testid="doctor">${report === null ? DOCTOR.looking : DOCTOR.all[report.state]}</p>
    <ul class="findings" tabindex="0" aria-label=${DOCTOR.title}>
      ${worstFirst(report?.findings ?? []).map((each) => html`<${Finding} key=${each.check} ...${each} />`)}
    </ul>
    <div class="row">
      <button type="button" class="main" onClick=${close}>${DOCTOR.close}</button>
      <button type="button" disabled=${report === null} onClick=${look}>${DOCTOR.again}</button>
    </div>
  <//>`;
}

function Finding({ title, state: how, says, remedy, command }) {
  return html`<li class=${how}>
    <p><span class="dot" aria-hidden="true"></span><strong>${title}</strong> ${DOCTOR.states[how]}</p>
    <p class="quiet">${says} ${remedy}</p>
    ${command && how !== "fine" && html`<p><code>${command}</code></p>`}
  </li>`;
}

function worstFirst(findings) {
  return WORST_FIRST.flatMap((how) => findings.filter(({ state: found }) => found === how));
}
