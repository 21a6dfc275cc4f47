/** Whoever may unlock lets somebody in who typed too many wrong PINs. */

import { doing } from "./actions.js";
import { Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import { letIn } from "./session.js";
import * as state from "./state.js";
import { html } from "./ui.js";
import { LET_IN } from "./words_people.js";

export function LetIn() {
  const { operator, till } = state;
  const close = () => (state.dialog.value = null);
  const others = till.value.operators.filter(
    ({ operator_id, has_pin }) => has_pin && operator_id !== operator.value.operator_id,
  );
  const submit = ({ who, reason }) => {
    const found = others.find(({ operator_id }) => operator_id === who);
    void doing(() => letIn(found, reason.trim() || LET_IN.letIn));
  };
  return html`<${Modal} label=${LET_IN.title} onClose=${close}>
    <h2>${LET_IN.title}</h2>
    <p>${LET_IN.what}</p>
    <${Form} onSubmit=${submit}>
      <fieldset class="people">
        <legend>${LET_IN.who}</legend>
        ${others.map(
          ({ operator_id, name }, place) => html`<label key=${operator_id}>
            <input type="radio" name="who" value=${operator_id} defaultChecked=${place === 0} />
            ${name}
          </label>`,
        )}
      </fieldset>
      <${Field} label=${LET_IN.reason} hint=${LET_IN.reasonHint} name="reason" maxlength="200" />
      <button type="submit" class="main" disabled=${others.length === 0}>${LET_IN.letIn}</button>
    <//>
    <button type="button" onClick=${close}>${LET_IN.close}</button>
  <//>`;
}
