/** The keys on the screen: some in the foot of the selling page, all of them behind "?". */

import { KEYS, keysHere } from "./keys_table.js";
import { Modal } from "./modal.js";
import * as state from "./state.js";
import { html } from "./ui.js";
import { KEY } from "./words_selling.js";

/** The foot: each is a button as well. */
export function FootKeys() {
  return html`<nav class="keys" aria-label=${KEY.row}>
    ${keysHere()
      .filter(({ foot }) => foot)
      .map((row) => html`<${KeyButton} key=${row.key} row=${row} act=${row.act} />`)}
  </nav>`;
}

function KeyButton({ row, act }) {
  return html`<button type="button" class="plain" disabled=${!row.when()} onClick=${act}>
    <kbd aria-hidden="true">${row.face ?? row.key}</kbd> ${row.label()}
  </button>`;
}

/** All of them, by the screen that they belong to; those of this screen first, and at work. */
export function AllKeys() {
  const close = () => (state.dialog.value = null);
  const here = state.screen.value;
  const places = Object.keys(KEY.places).sort((a, b) => Number(b === here) - Number(a === here));
  const press = (act) => () => {
    close();
    act();
  };
  return html`<${Modal} label=${KEY.all} onClose=${close} wide>
    <h2>${KEY.all}</h2>
    ${[null, ...places].map((place) => html`<${Place} key=${place} place=${place} press=${press} />`)}
    <button type="button" autofocus onClick=${close}>${KEY.close}</button>
  <//>`;
}

function Place({ place, press }) {
  const rows = KEYS.filter(({ on }) => (place === null ? on.length === 0 : on.includes(place)));
  const atWork = place === null || place === state.screen.value;
  return html`<h3>${place === null ? KEY.anywhere : KEY.places[place]}</h3>
    <div class="all-keys">
      ${rows.map((row) =>
        atWork && row.key !== "?"
          ? html`<${KeyButton} key=${row.key} row=${row} act=${press(row.act)} />`
          : html`<p key=${row.key}><kbd>${row.face ?? row.key}</kbd> ${row.label()}</p>`,
      )}
    </div>`;
}
