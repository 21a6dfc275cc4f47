/** Before the first sale: who sells, the business day, the till with its float. */

import { doing } from "./actions.js";
import { chooseOperator, openTill } from "./day_actions.js";
import { Field, Form, Heading } from "./fields.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html } from "./ui.js";

export function Cashier() {
  const operators = state.till.value.operators;
  return html`<section class="card narrow">
    <${Heading}>Who is at the till?<//>
    <div class="choices">
      ${operators.map(
        ({ operator_id, name, role }) => html`<button type="button" key=${operator_id}
          onClick=${() => doing(() => chooseOperator({ operator_id, name }))}>
          <strong>${name}</strong><small>${role}</small>
        </button>`,
      )}
    </div>
    ${operators.length === 0 &&
    html`<p>Head office has made no operator known to this store yet.</p>`}
  </section>`;
}

export function OpenTill() {
  const { decimals, till, problem } = state;
  const submit = ({ float }) => {
    const minor = parseMinor(float, decimals.value);
    if (minor === null) problem.value = notAnAmount(float, decimals.value);
    else void doing(() => openTill(minor));
  };
  return html`<section class="card narrow">
    <h1>Open the till</h1>
    <p>Business day ${till.value.business_day.business_date}. Count the coins and notes that are in
      the drawer now.</p>
    <${Form} onSubmit=${submit}>
      <${Field} label="Float in the drawer" name="float" inputmode="decimal" first
        placeholder=${formatMinor(0, decimals.value)} />
      <button type="submit" class="main">Open till</button>
    <//>
  </section>`;
}

/** The problem of a text that is no amount. */
export function notAnAmount(text, decimals) {
  return {
    title: "That is not an amount",
    detail: text.trim() === "" ? "No amount was typed." : `“${text}” is not an amount.`,
    remedy: `Type it like ${formatMinor(1250, decimals)}.`,
  };
}
