/** What is asked in between, in front of the screen: the menu, a customer, an item's weight or
 *  price, the result of a count. */

import { CustomerDialog } from "./customer_view.js";
import { CloseDay } from "./day_view.js";
import { Modal } from "./modal.js";
import { ItemDialog } from "./item_view.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { html } from "./ui.js";

export function Dialogs() {
  const open = state.dialog.value;
  if (open === null) return null;
  if (open.name === "menu") return html`<${Menu} />`;
  if (open.name === "close day") return html`<${CloseDay} />`;
  if (open.name === "customer") return html`<${CustomerDialog} />`;
  if (open.name === "item") return html`<${ItemDialog} ...${open} />`;
  return html`<${Settled} settled=${open.settled} />`;
}

const close = () => (state.dialog.value = null);

function Menu() {
  const { operator, place, till, pending } = state;
  const then = (verb) => () => {
    close();
    verb();
  };
  const free = pending.value === null;
  const session = till.value.till_session;
  const day = till.value.business_day;
  return html`<${Modal} label="Menu" onClose=${close}>
    <h2>Menu</h2>
    <div class="choices">
      <button type="button" disabled=${!free}
        onClick=${then(() => (operator.value = null))}>Change cashier</button>
      <button type="button" disabled=${!free || session === null}
        onClick=${then(() => (place.value = "settling"))}>Settle till</button>
      <button type="button" disabled=${!free || day === null}
        onClick=${() => (state.dialog.value = { name: "close day" })}>Close business day …</button>
    </div>
    <dl class="figures words">
      <dt>Business day</dt><dd>${day === null ? "none is open" : day.business_date}</dd>
      <dt>Till</dt><dd>${session === null ? "not open" : `${session.till_id}, open`}</dd>
      <dt>Storage</dt><dd>${storageInWords()}</dd>
    </dl>
    <button type="button" onClick=${close}>Close menu</button>
  <//>`;
}

function storageInWords() {
  if (state.persisted.value === true) return "The browser has promised to keep it.";
  if (state.persisted.value === false) {
    return "Kept, but the browser may drop it when its disk is full.";
  }
  return "Kept; this browser promises nothing.";
}

function Settled({ settled }) {
  const decimals = state.decimals.value;
  const { expected_cash_minor, counted_cash_minor, over_short_minor } = settled;
  const word = over_short_minor < 0 ? "Short" : "Over";
  return html`<${Modal} label="Till settled" onClose=${close}>
    <h2>Till settled</h2>
    <dl class="figures">
      <dt>Counted</dt><dd>${formatMinor(counted_cash_minor, decimals)}</dd>
      <dt>Expected</dt><dd>${formatMinor(expected_cash_minor, decimals)}</dd>
      <dt class="change">${over_short_minor === 0 ? "Difference" : word}</dt>
      <dd class="change" data-testid="over-short">
        ${formatMinor(Math.abs(over_short_minor), decimals)}
      </dd>
    </dl>
    <button type="button" class="main" onClick=${close}>Done</button>
  <//>`;
}
