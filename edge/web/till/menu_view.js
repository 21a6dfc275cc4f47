/** The menu: what is done to the till, the day and the people at it. Another choice is another row. */

import { doing, trying } from "./actions.js";
import { Modal } from "./modal.js";
import { openOffice } from "./office.js";
import { lock, signOut } from "./session.js";
import { openDisplay } from "./shown.js";
import { changeSounds } from "./sounds.js";
import { speakAnother } from "./speaking.js";
import * as state from "./state.js";
import { changeTraining, mayChange } from "./training.js";
import { html } from "./ui.js";
import { MENU } from "./words.js";
import { CASH } from "./words_cash.js";
import { DISPLAY } from "./words_display.js";
import { HANDOVER } from "./words_handover.js";
import { LAST } from "./words_last.js";
import { PEOPLE_MENU } from "./words_people.js";
import { QUICK } from "./words_quick_keys.js";
import { SOUNDS } from "./words_sounds.js";
import { TRAINING } from "./words_training.js";

/**
 * @typedef {object} Choice
 * @property {() => string} label
 * @property {() => unknown} act it closes the menu itself (``closing``) or shows another dialog
 * @property {string} [permission] without which it is not shown
 * @property {() => boolean} [when] whether it can be done now; else it is shown and cannot be pressed
 * @property {string} [key] that does the same
 */

const close = () => (state.dialog.value = null);
const closing = (verb) => () => {
  close();
  verb();
};
const show = (name) => () => (state.dialog.value = { name });
const isFree = () => state.pending.value === null;
const session = () => state.till.value.till_session;
const day = () => state.till.value.business_day;

/** By what they are about, in the order in which they are wanted.
 * @type {Record<"till" | "people" | "shop" | "page", Choice[]>} */
const CHOICES = {
  till: [
    {
      label: () => LAST.title,
      act: closing(() => (state.place.value = "receipts")),
      when: () => state.screen.value === "selling",
      key: "F12",
    },
    {
      label: () => CASH.menu,
      act: show("cash"),
      when: () => isFree() && session() !== null && !state.training.value,
    },
    {
      label: () => HANDOVER.menu,
      act: show("hand over"),
      when: () => isFree() && session() !== null && !state.training.value,
    },
    {
      label: () => MENU.settleTill,
      act: closing(() => (state.place.value = "settling")),
      when: () => isFree() && session() !== null,
    },
    { label: () => MENU.closeDay, act: show("close day"), when: () => isFree() && day() !== null },
    {
      label: () => (state.training.value ? TRAINING.end : TRAINING.begin),
      act: closing(() => trying(changeTraining)),
      when: () => mayChange.value,
      permission: "train",
    },
  ],
  people: [
    { label: () => MENU.changeCashier, act: closing(() => (state.signingIn.value = "somebody")) },
    { label: () => PEOPLE_MENU.lock, act: () => doing(lock), key: "F1" },
    { label: () => PEOPLE_MENU.signOut, act: closing(() => doing(signOut)), when: isFree },
    { label: () => PEOPLE_MENU.ownPin, act: show("own pin") },
    { label: () => PEOPLE_MENU.letIn, act: show("let in"), permission: "unlock_operators" },
  ],
  page: [
    { label: () => MENU.language, act: () => trying(speakAnother) },
    { label: () => MENU.keys, act: show("keys"), key: "?" },
    {
      label: () => (state.silent.value ? SOUNDS.on : SOUNDS.off),
      act: closing(() => trying(changeSounds)),
    },
    { label: () => DISPLAY.open, act: closing(openDisplay) },
    { label: () => DISPLAY.another, act: show("display"), permission: "pair_workstations" },
    { label: () => QUICK.arrange, act: show("arrange keys"), permission: "arrange_till" },
  ],
  shop: [
    {
      label: () => PEOPLE_MENU.office,
      act: closing(() => doing(openOffice)),
      permission: "see_reports",
    },
    { label: () => PEOPLE_MENU.tills, act: show("tills"), permission: "pair_workstations" },
    { label: () => PEOPLE_MENU.doctor, act: show("doctor"), permission: "see_reports" },
  ],
};

/** Wide enough that all of it is in sight. */
export function Menu() {
  const { permissions } = state.operator.value;
  /** @param {Choice} choice */
  const may = ({ permission }) => permission === undefined || permissions.includes(permission);
  const groups = Object.entries(CHOICES).map(([name, all]) => ({ name, choices: all.filter(may) }));
  return html`<${Modal} label=${MENU.title} onClose=${close} wide>
    <h2>${MENU.title}</h2>
    <div class="groups">
      ${groups.map(({ name, choices }) => choices.length > 0 && html`<${Group} key=${name}
        title=${MENU.groups[name]} choices=${choices} />`)}
    </div>
    <dl class="figures words">
      <dt>${MENU.day}</dt><dd>${day() === null ? MENU.noDay : day().business_date}</dd>
      <dt>${MENU.till}</dt>
      <dd>${session() === null ? MENU.tillNotOpen : MENU.tillOpen(session().till_id)}</dd>
      <dt>${MENU.storage}</dt><dd>${storageInWords()}</dd>
    </dl>
    <button type="button" onClick=${close}>${MENU.close}</button>
  <//>`;
}

/** @param {{title: string, choices: Choice[]}} group */
function Group({ title, choices }) {
  return html`<section>
    <h3>${title}</h3>
    <div class="choices">
      ${choices.map(
        ({ label, act, key, when = () => true }) => html`<button type="button" key=${label()}
          disabled=${!when()} onClick=${act}>
          ${label()} ${key !== undefined && html`<kbd aria-hidden="true">${key}</kbd>`}
        </button>`,
      )}
    </div>
  </section>`;
}

function storageInWords() {
  if (state.persisted.value === true) return MENU.promised;
  if (state.persisted.value === false) return MENU.mayDrop;
  return MENU.promisesNothing;
}
