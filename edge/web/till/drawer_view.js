/** The drawer is opened without a sale: why. */

import { doing } from "./actions.js";
import { openDrawer } from "./drawer.js";
import { Choice, Field, Form } from "./fields.js";
import { focusScan } from "./focus.js";
import { Modal } from "./modal.js";
import * as state from "./state.js";
import { html, useState } from "./ui.js";
import { DRAWER } from "./words_drawer.js";

export function DrawerDialog() {
  const [reason, setReason] = useState("");
  const close = () => (state.dialog.value = null);
  const submit = ({ reason: typed }) => {
    const why = typed.trim();
    if (why === "") state.problem.value = DRAWER.noReason;
    else {
      close();
      void doing(() => openDrawer(why)).then(focusScan);
    }
  };
  return html`<${Modal} label=${DRAWER.title} onClose=${close}>
    <h2>${DRAWER.title}</h2>
    <${Form} onSubmit=${submit}>
      <${Field} label=${DRAWER.reason} hint=${DRAWER.reasonHint} name="reason" first maxlength="200"
        value=${reason} onInput=${({ target }) => setReason(target.value)} />
      <div class="row pick">${Object.values(DRAWER.reasons).map(
        (each) => html`<${Choice} key=${each} label=${each} on=${reason === each}
          choose=${() => setReason(each)} />`,
      )}</div>
      <div class="row">
        <button type="submit" class="main">${DRAWER.open}</button>
        <button type="button" onClick=${close}>${DRAWER.back}</button>
      </div>
    <//>
  <//>`;
}
