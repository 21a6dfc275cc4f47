/** Cash goes between drawer and safe, or in and out for another reason, without a sale. */

import { doing } from "./actions.js";
import { moveCash } from "./cash.js";
import { Choice, Field, Form } from "./fields.js";
import { focusScan } from "./focus.js";
import { Modal } from "./modal.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { parseMinor } from "./text.js";
import { html, useState } from "./ui.js";
import { CASH } from "./words_cash.js";

const KINDS = ["loan", "pickup", "paid_in", "paid_out"];

export function CashDialog() {
  const [kind, setKind] = useState("loan");
  const [reason, setReason] = useState("");
  const { decimals, problem } = state;
  const close = () => (state.dialog.value = null);
  const submit = ({ amount, reason: typed }) => {
    const minor = parseMinor(amount, decimals.value);
    const why = typed.trim();
    if (minor === null || minor === 0) problem.value = notAnAmount(amount, decimals.value);
    else if (why === "") problem.value = CASH.noReason;
    else {
      close();
      void doing(() => moveCash(kind, minor, why)).then(focusScan);
    }
  };
  return html`<${Modal} label=${CASH.title} onClose=${close}>
    <h2>${CASH.title}</h2>
    <${Form} onSubmit=${submit}>
      <div class="row pick" role="group" aria-label=${CASH.kind}>${KINDS.map(
        (each) => html`<${Choice} key=${each} label=${CASH.kinds[each]} on=${kind === each}
          choose=${() => setKind(each)} />`,
      )}</div>
      <${Field} label=${CASH.amount} name="amount" inputmode="decimal" first autofocus />
      <${Field} label=${CASH.reason} hint=${CASH.reasonHint} name="reason" maxlength="200"
        value=${reason} onInput=${({ target }) => setReason(target.value)} />
      <div class="row pick">${Object.values(CASH.reasons[kind]).map(
        (each) => html`<${Choice} key=${each} label=${each} on=${reason === each}
          choose=${() => setReason(each)} />`,
      )}</div>
      <div class="row">
        <button type="submit" class="main">${CASH.move}</button>
        <button type="button" onClick=${close}>${CASH.back}</button>
      </div>
    <//>
  <//>`;
}
