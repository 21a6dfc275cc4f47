/** The grid of quick keys: at the side of the basket, on a telephone a sheet. */

import { trying } from "./actions.js";
import { focusScan } from "./focus.js";
import { Modal } from "./modal.js";
import { takeQuickKey } from "./quick_keys.js";
import * as state from "./state.js";
import { html, useState } from "./ui.js";
import { QUICK } from "./words_quick_keys.js";

/** Beside the basket; where there is no room, the button that opens the sheet. */
export function QuickKeys() {
  if (state.quickKeys.value.tabs.length === 0) return null;
  const sheet = () => (state.dialog.value = { name: "quick keys" });
  return html`<button type="button" class="sheet-opens" onClick=${sheet}>${QUICK.keys}</button>
    <section class="quick-keys" aria-label=${QUICK.keys}><${Grid} /></section>`;
}

export function QuickKeysSheet() {
  const close = () => (state.dialog.value = null);
  return html`<${Modal} label=${QUICK.keys} onClose=${close} wide>
    <div class="quick-keys"><${Grid} /></div>
    <button type="button" onClick=${close}>${QUICK.close}</button>
  <//>`;
}

function Grid() {
  const { tabs } = state.quickKeys.value;
  const [chosen, choose] = useState(0);
  const at = Math.min(chosen, tabs.length - 1);
  const take = (key) => {
    state.dialog.value = null;
    void trying(() => takeQuickKey(key)).then(focusScan);
  };
  return html`<div class="tabs" role="group" aria-label=${QUICK.tabs}>
      ${tabs.map(
        ({ name }, place) => html`<button type="button" key=${place} class="plain"
          aria-pressed=${place === at} onClick=${() => choose(place)}>${name}</button>`,
      )}
    </div>
    <div class="grid">
      ${tabs[at].keys
        .filter(({ item }) => item.active)
        .map((key, place) => html`<button type="button" key=${place} class=${`key ${key.colour}`}
          onClick=${() => take(key)}>
          ${key.sign && html`<span aria-hidden="true">${key.sign}</span>`}
          ${key.short_name ?? key.item.name}
        </button>`)}
    </div>`;
}
