/** A finished sale's receipt in another form: made out to a buyer, by e-mail, as a PDF. */

import { byOperator } from "./actions.js";
import { call, fetchFile } from "./api.js";
import { uuid7 } from "./ids.js";
import { retell } from "./printing.js";
import * as state from "./state.js";
import { PAPERS } from "./words_papers.js";

/** The shop makes tax invoices, and this was a sale. */
export const mayInvoice = () =>
  state.till.value.invoice_above_minor !== null && !state.training.value;
/** Somebody who is registered needs one. */
export const needsInvoice = () =>
  mayInvoice() && Math.abs(state.atHand.value.total_minor) > state.till.value.invoice_above_minor;
export const mayMail = () => state.till.value.sends_mail && !state.training.value;

export const askInvoice = () => (state.dialog.value = { name: "invoice", eventId: newId() });
export const askMail = () => (state.dialog.value = { name: "mail", eventId: newId() });

/** One id for each dialog: what was not answered is asked again under it, and is one. */
const newId = () => uuid7(Date.now());

/** Make the receipt that is shown out to ``buyer``. Throws BoxAway, Refused. */
export async function makeInvoice(eventId, buyer) {
  const receipt = state.atHand.value;
  const path = `/sales/${receipt.sale_id}`;
  await call("POST", `${path}/invoice`, { body: byOperator({ event_id: eventId, ...buyer }) });
  const { receipt: text } = await call("GET", path);
  retell(receipt, text);
  state.notice.value = PAPERS.invoiced;
}

/** Send it to ``address``, when the server for e-mail is reached. Throws BoxAway, Refused. */
export async function mailReceipt(eventId, address) {
  const body = byOperator({ event_id: eventId, address });
  await call("POST", `/sales/${state.atHand.value.sale_id}/mails`, { body });
  state.notice.value = PAPERS.noted;
}

/** Save it as a page. Throws BoxAway, Refused. */
export async function savePage(form) {
  const { sale_id, receipt_number } = state.atHand.value;
  const page = await fetchFile(`/sales/${sale_id}/receipt.pdf?form=${form}`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(page);
  link.download = `${receipt_number}.pdf`;
  link.click();
  URL.revokeObjectURL(link.href);
}
