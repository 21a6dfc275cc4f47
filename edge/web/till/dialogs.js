/** What is asked in between, in front of the screen: the menu, a customer, an item's weight or
 *  price, the result of a count. */

import { CustomerDialog } from "./customer_view.js";
import { CloseDay } from "./day_view.js";
import { Doctor } from "./doctor_view.js";
import { LetIn } from "./let_in_view.js";
import { Modal } from "./modal.js";
import { ItemDialog } from "./item_view.js";
import { OverrideDialog } from "./override_view.js";
import { ChangePin } from "./own_pin_view.js";
import { lock, signOut } from "./session.js";
import { doing } from "./actions.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { Tills } from "./tills_view.js";
import { html } from "./ui.js";
import { MENU, SETTLED } from "./words.js";
import { PEOPLE_MENU } from "./words_people.js";

export function Dialogs() {
  if (state.overrideAsked.value !== null) return html`<${OverrideDialog} />`;
  const open = state.dialog.value;
  if (open === null) return null;
  if (open.name === "menu") return html`<${Menu} />`;
  if (open.name === "close day") return html`<${CloseDay} />`;
  if (open.name === "own pin") return html`<${ChangePin} />`;
  if (open.name === "doctor") return html`<${Doctor} />`;
  if (open.name === "tills") return html`<${Tills} />`;
  if (open.name === "let in") return html`<${LetIn} />`;
  if (open.name === "customer") return html`<${CustomerDialog} />`;
  if (open.name === "item") return html`<${ItemDialog} ...${open} />`;
  return html`<${Settled} settled=${open.settled} />`;
}

const close = () => (state.dialog.value = null);

function Menu() {
  const { operator, place, till, pending, signingIn } = state;
  const then = (verb) => () => {
    close();
    verb();
  };
  const free = pending.value === null;
  const may = (permission) => operator.value.permissions.includes(permission);
  const show = (name) => () => (state.dialog.value = { name });
  const session = till.value.till_session;
  const day = till.value.business_day;
  return html`<${Modal} label=${MENU.title} onClose=${close}>
    <h2>${MENU.title}</h2>
    <div class="choices">
      <button type="button" onClick=${then(() => (signingIn.value = "somebody"))}>
        ${MENU.changeCashier}
      </button>
      <button type="button" onClick=${() => doing(lock)}>
        ${PEOPLE_MENU.lock} <kbd aria-hidden="true">F1</kbd>
      </button>
      <button type="button" onClick=${show("own pin")}>${PEOPLE_MENU.ownPin}</button>
      ${may("unlock_operators") &&
      html`<button type="button" onClick=${show("let in")}>${PEOPLE_MENU.letIn}</button>`}
      ${may("pair_workstations") &&
      html`<button type="button" onClick=${show("tills")}>${PEOPLE_MENU.tills}</button>`}
      ${may("see_reports") &&
      html`<button type="button" onClick=${show("doctor")}>${PEOPLE_MENU.doctor}</button>`}
      <button type="button" disabled=${!free || session === null}
        onClick=${then(() => (place.value = "settling"))}>${MENU.settleTill}</button>
      <button type="button" disabled=${!free || day === null}
        onClick=${() => (state.dialog.value = { name: "close day" })}>${MENU.closeDay}</button>
      <button type="button" disabled=${!free} onClick=${then(() => doing(signOut))}>
        ${PEOPLE_MENU.signOut}
      </button>
    </div>
    <dl class="figures words">
      <dt>${MENU.day}</dt><dd>${day === null ? MENU.noDay : day.business_date}</dd>
      <dt>${MENU.till}</dt>
      <dd>${session === null ? MENU.tillNotOpen : MENU.tillOpen(session.till_id)}</dd>
      <dt>${MENU.storage}</dt><dd>${storageInWords()}</dd>
    </dl>
    <button type="button" onClick=${close}>${MENU.close}</button>
  <//>`;
}

function storageInWords() {
  if (state.persisted.value === true) return MENU.promised;
  if (state.persisted.value === false) return MENU.mayDrop;
  return MENU.promisesNothing;
}

function Settled({ settled }) {
  const decimals = state.decimals.value;
  const { expected_cash_minor, counted_cash_minor, over_short_minor } = settled;
  const word = over_short_minor < 0 ? SETTLED.short : SETTLED.over;
  return html`<${Modal} label=${SETTLED.title} onClose=${close}>
    <h2>${SETTLED.title}</h2>
    <dl class="figures">
      <dt>${SETTLED.counted}</dt><dd>${formatMinor(counted_cash_minor, decimals)}</dd>
      <dt>${SETTLED.expected}</dt><dd>${formatMinor(expected_cash_minor, decimals)}</dd>
      <dt class="change">${over_short_minor === 0 ? SETTLED.none : word}</dt>
      <dd class="change" data-testid="over-short">
        ${formatMinor(Math.abs(over_short_minor), decimals)}
      </dd>
    </dl>
    <button type="button" class="main" onClick=${close}>${SETTLED.done}</button>
  <//>`;
}
