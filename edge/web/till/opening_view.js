/** Before the first sale: the till with its float. */

import { doing } from "./actions.js";
import { openTill } from "./day_actions.js";
import { Field, Form } from "./fields.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html } from "./ui.js";
import { ACT, OPENING } from "./words.js";

export function OpenTill() {
  const { decimals, till, problem } = state;
  const submit = ({ float }) => {
    const minor = parseMinor(float, decimals.value);
    if (minor === null) problem.value = notAnAmount(float, decimals.value);
    else void doing(() => openTill(minor));
  };
  return html`<section class="card narrow">
    <h1>${OPENING.title}</h1>
    <p>${OPENING.countFloat(till.value.business_day.business_date)}</p>
    <${Form} onSubmit=${submit}>
      <${Field} label=${OPENING.float} name="float" inputmode="decimal" first
        placeholder=${formatMinor(0, decimals.value)} />
      <button type="submit" class="main">${OPENING.open}</button>
    <//>
  </section>`;
}

/** The problem of a text that is no amount. */
export function notAnAmount(text, decimals) {
  return ACT.notAnAmount(text, formatMinor(1250, decimals));
}
