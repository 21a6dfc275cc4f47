/** The receipts that this till gave last: looked at, printed again, sent or made out to a buyer. They are
 *  kept here, so they are seen while the store box is down. */

import { trying } from "./actions.js";
import { Heading } from "./fields.js";
import { Papers } from "./papers_view.js";
import { paper, printHere, printReceipt } from "./printing.js";
import { Paper } from "./receipt_view.js";
import * as state from "./state.js";
import { readLast } from "./store.js";
import { formatMinor } from "./text.js";
import { batch, html, useEffect, useState } from "./ui.js";
import { LAST } from "./words_last.js";

const SHOWN_MAX = 12;

export function LastReceipts() {
  const [last, setLast] = useState(null);
  useEffect(() => {
    void trying(async () => {
      const found = await readLast(SHOWN_MAX);
      setLast(found);
      look(found[0] ?? null);
    });
    return () => look(null);
  }, []);
  const shown = state.looked.value;
  const back = () => (state.place.value = "selling");
  return html`<section class="sold again">
    <div class="card done">
      <${Heading}>${LAST.title}<//>
      ${last?.length === 0 && html`<p class="quiet" role="status">${LAST.none}</p>`}
      ${last?.length > 0 && html`<div class="choices" role="group" aria-label=${LAST.title}>
        ${last.map((each) => html`<${Row} key=${each.sale_id} receipt=${each}
          on=${each.sale_id === shown?.sale_id} />`)}
      </div>`}
      ${shown !== null && html`<${Tools} receipt=${shown} />`}
      <button type="button" onClick=${back}>${LAST.back}</button>
    </div>
    ${shown !== null && html`<pre class="paper" data-testid="receipt">${shown.receipt}</pre>`}
  </section>`;
}

function Row({ receipt, on }) {
  const { receipt_number: number, at_ms: at, due_minor: due } = receipt;
  const time = new Date(at).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
  return html`<button type="button" aria-pressed=${on} onClick=${() => look(receipt)}>
    <span>${LAST.row(number, time)}</span>
    <strong>${formatMinor(due, state.decimals.value)}</strong>
  </button>`;
}

function Tools({ receipt }) {
  const print = state.till.value.has_printer ? printReceipt : printHere;
  return html`<div class="row">
      <button type="button" class="main" disabled=${paper.value === "printing"} onClick=${print}>
        ${LAST.print}
      </button>
    </div>
    <${Paper} number=${receipt.receipt_number} />
    <${Papers} />`;
}

/** What became of another one's paper is nothing of this one's. */
function look(receipt) {
  batch(() => {
    state.looked.value = receipt;
    paper.value = null;
  });
}
