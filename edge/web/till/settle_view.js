/** The blind count: what should be in the drawer is told only after the count is committed. */

import { doing } from "./actions.js";
import { settleTill } from "./day_actions.js";
import { Field, Form } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { parseMinor } from "./text.js";
import { html } from "./ui.js";

export function Settle() {
  const { decimals, problem, place, till } = state;
  const submit = ({ counted }) => {
    const minor = parseMinor(counted, decimals.value);
    if (minor === null) problem.value = notAnAmount(counted, decimals.value);
    else void doing(() => settleTill(minor));
  };
  return html`<section class="card narrow">
    <h1>Settle the till</h1>
    <p>Till ${till.value.till_session.till_id}, business day
      ${" "}${till.value.till_session.business_date}. Count all the cash in the drawer, the float
      too. What should be there is shown after you commit.</p>
    <${Form} onSubmit=${submit}>
      <${Field} label="Cash counted" name="counted" inputmode="decimal" first />
      <div class="row">
        <button type="submit" class="main">Commit count</button>
        <button type="button" onClick=${() => (place.value = "selling")}>Back to selling</button>
      </div>
    <//>
  </section>`;
}
