/** The blind count: what should be in the drawer is told only after the count is committed. */

import { doing } from "./actions.js";
import { settleTill } from "./day_actions.js";
import { Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html } from "./ui.js";
import { SETTLE, SETTLED } from "./words_day.js";

export function Settle() {
  const { decimals, problem, place, till } = state;
  const submit = ({ counted }) => {
    const minor = parseMinor(counted, decimals.value);
    if (minor === null) problem.value = notAnAmount(counted, decimals.value);
    else void doing(() => settleTill(minor));
  };
  const { till_id, business_date } = till.value.till_session;
  return html`<section class="card narrow">
    <h1>${SETTLE.title}</h1>
    <p>${SETTLE.count(till_id, business_date)}</p>
    <${Form} onSubmit=${submit}>
      <${Field} label=${SETTLE.counted} name="counted" inputmode="decimal" first />
      <div class="row">
        <button type="submit" class="main">${SETTLE.commit}</button>
        <button type="button" onClick=${() => (place.value = "selling")}>${SETTLE.back}</button>
      </div>
    <//>
  </section>`;
}

/** The result of a count. */
export function Settled({ settled }) {
  const decimals = state.decimals.value;
  const { expected_cash_minor, counted_cash_minor, over_short_minor } = settled;
  const word = over_short_minor < 0 ? SETTLED.short : SETTLED.over;
  const close = () => (state.dialog.value = null);
  return html`<${Modal} label=${SETTLED.title} onClose=${close}>
    <h2>${SETTLED.title}</h2>
    <dl class="figures">
      <dt>${SETTLED.counted}</dt><dd>${formatMinor(counted_cash_minor, decimals)}</dd>
      <dt>${SETTLED.expected}</dt><dd>${formatMinor(expected_cash_minor, decimals)}</dd>
      <dt class="change">${over_short_minor === 0 ? SETTLED.none : word}</dt>
      <dd class="change" data-testid="over-short">
        ${formatMinor(Math.abs(over_short_minor), decimals)}
      </dd>
    </dl>
    <button type="button" class="main" onClick=${close}>${SETTLED.done}</button>
  <//>`;
}
