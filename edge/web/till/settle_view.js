/** The blind count: what should be in the drawer is told only after the count is committed. */

import { doing } from "./actions.js";
import { settleTill } from "./day_actions.js";
import { Field, Form } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { parseMinor } from "./text.js";
import { html } from "./ui.js";
import { SETTLE } from "./words.js";

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
