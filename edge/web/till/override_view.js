/** Somebody else's PIN, on the same screen, for what the cashier may not do alone. */

import { trying } from "./actions.js";
import { Field } from "./fields.js";
import { Modal } from "./modal.js";
import { giveOverride } from "./override.js";
import { Pin } from "./pin_view.js";
import * as state from "./state.js";
import { html, useState } from "./ui.js";
import { OVERRIDE } from "./words_people.js";

export function OverrideDialog({ asked }) {
  const { operator } = state;
  const { words, answered } = asked;
  const [by, setBy] = useState(null);
  const close = () => answered(null);
  return html`<${Modal} label=${OVERRIDE.title} onClose=${close}>
    <h2>${OVERRIDE.title}</h2>
    <p>${OVERRIDE.may(operator.value.name, words)}</p>
    ${by === null ? html`<${Others} choose=${setBy} />` : html`<${Word} by=${by} />`}
    <div class="row">
      ${by !== null &&
      html`<button type="button" onClick=${() => setBy(null)}>${OVERRIDE.another}</button>`}
      <button type="button" onClick=${close}>${OVERRIDE.close}</button>
    </div>
  <//>`;
}

function Others({ choose }) {
  const { operator, till } = state;
  const others = till.value.operators.filter(
    ({ operator_id, has_pin }) => has_pin && operator_id !== operator.value.operator_id,
  );
  const higher = others.filter(({ role }) => role !== operator.value.role);
  return html`<p>${OVERRIDE.who}</p>
    <div class="choices people">
      ${(higher.length > 0 ? higher : others).map(
        (each) => html`<button type="button" key=${each.operator_id} onClick=${() => choose(each)}>
          <strong>${each.name}</strong><small>${each.role}</small>
        </button>`,
      )}
    </div>
    ${others.length === 0 && html`<p>${OVERRIDE.nobody}</p>`}`;
}

function Word({ by }) {
  const [busy, setBusy] = useState(false);
  const give = async (pin, { reason }) => {
    setBusy(true);
    await trying(() => giveOverride(by, pin, reason.trim() || OVERRIDE.allow));
    setBusy(false);
  };
  const label = OVERRIDE.pin(by.name);
  return html`<${Pin} label=${label} press=${OVERRIDE.allow} onPin=${give} busy=${busy}>
    <${Field} label=${OVERRIDE.reason} hint=${OVERRIDE.reasonHint} name="reason" maxlength="200" />
  <//>`;
}
