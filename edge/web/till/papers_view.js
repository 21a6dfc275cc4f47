/** Beside a finished sale: its receipt as an invoice, by e-mail, as a PDF. */

import { doing } from "./actions.js";
import { Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import * as papers from "./papers.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { html } from "./ui.js";
import { PAPERS } from "./words_papers.js";

const close = () => (state.dialog.value = null);
const trimmed = (typed) => typed.trim();

export function Papers() {
  const above = state.till.value.invoice_above_minor;
  const save = () => void doing(() => papers.savePage("a4"));
  return html`${papers.needsInvoice() &&
    html`<p class="notice" data-testid="needs-invoice">
      ${PAPERS.needed(formatMinor(above, state.decimals.value))}
    </p>`}
    <div class="row">
      ${papers.mayMail() &&
      html`<button type="button" onClick=${papers.askMail}>
        ${PAPERS.mail} <kbd aria-hidden="true">F7</kbd>
      </button>`}
      ${papers.mayInvoice() &&
      html`<button type="button" onClick=${papers.askInvoice}>
        ${PAPERS.invoice} <kbd aria-hidden="true">F8</kbd>
      </button>`}
      <button type="button" onClick=${save}>${PAPERS.pdf}</button>
    </div>`;
}

/** The buyer, as an invoice must name them. */
export function InvoiceDialog({ eventId }) {
  const submit = async (typed) => {
    const [name, address, number] = [typed.name, typed.address, typed.number].map(trimmed);
    if (name === "" || address === "") {
      state.problem.value = PAPERS.noBuyer;
      return;
    }
    const buyer = { name, address, tax_number: number === "" ? null : number };
    if (await doing(() => papers.makeInvoice(eventId, buyer))) close();
  };
  return html`<${Modal} label=${PAPERS.invoiceTitle} onClose=${close}>
    <h2>${PAPERS.invoiceTitle}</h2>
    <${Form} onSubmit=${submit}>
      <${Field} label=${PAPERS.name} name="name" first maxlength="200" />
      <${Field} label=${PAPERS.address} name="address" maxlength="200" />
      <${Field} label=${PAPERS.number} hint=${PAPERS.numberHint} name="number" maxlength="64" />
      <div class="row">
        <button type="submit" class="main">${PAPERS.make}</button>
        <button type="button" onClick=${close}>${PAPERS.back}</button>
      </div>
    <//>
  <//>`;
}

/** The address, as the customer says it for this receipt: none is proposed, since nothing says that
 *  a customer agreed to get receipts there. */
export function MailDialog({ eventId }) {
  const submit = async ({ mail }) => {
    if (await doing(() => papers.mailReceipt(eventId, trimmed(mail)))) close();
  };
  return html`<${Modal} label=${PAPERS.mailTitle} onClose=${close}>
    <h2>${PAPERS.mailTitle}</h2>
    <${Form} onSubmit=${submit}>
      <${Field} label=${PAPERS.to} hint=${PAPERS.toHint} name="mail" inputmode="email" first
        maxlength="254" />
      <div class="row">
        <button type="submit" class="main">${PAPERS.send}</button>
        <button type="button" onClick=${close}>${PAPERS.back}</button>
      </div>
    <//>
  <//>`;
}
