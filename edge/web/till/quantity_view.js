/** How much of a line, typed. */

import { changeQuantity, trying } from "./actions.js";
import { ONE_MILLI } from "./basket.js";
import { Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import { isWhole } from "./selling.js";
import * as state from "./state.js";
import { formatMilli, parseMilli } from "./text.js";
import { html } from "./ui.js";
import { QUANTITY } from "./words_selling.js";

export function QuantityDialog({ line_key: key }) {
  const line = state.basket.value.lines.find((each) => each.key === key);
  const close = () => (state.dialog.value = null);
  if (line === undefined) {
    queueMicrotask(close);
    return null;
  }
  const submit = ({ quantity }) => {
    const milli = parseMilli(quantity);
    const wrong = milli === null || milli === 0 || (isWhole(line) && milli % ONE_MILLI !== 0);
    if (wrong) {
      state.problem.value = QUANTITY.wrong;
      return;
    }
    close();
    void trying(() => changeQuantity(line.key, milli - line.quantity_milli));
  };
  const label = isWhole(line) ? QUANTITY.field : QUANTITY.fieldIn(line.unit);
  return html`<${Modal} label=${QUANTITY.title(line.name)} onClose=${close}>
    <h2>${line.name}</h2>
    <${Form} onSubmit=${submit}>
      <${Field} label=${label} name="quantity" first inputmode="decimal"
        placeholder=${formatMilli(line.quantity_milli)} />
      <div class="row">
        <button type="submit" class="main">${QUANTITY.take}</button>
        <button type="button" onClick=${close}>${QUANTITY.back}</button>
      </div>
    <//>
  <//>`;
}
