/** What an item needs before it is in the basket: a weight, or a price and the reason for it. */

import { trying } from "./actions.js";
import { ONE_MILLI, WHOLE_UNITS } from "./basket.js";
import { Doubt, Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import { notAnAmount } from "./opening_view.js";
import { dismiss, take } from "./scans.js";
import * as state from "./state.js";
import { formatMilli, formatMinor, parseMilli, parseMinor } from "./text.js";
import { html, useState } from "./ui.js";
import { ITEM } from "./words_goods.js";

/** More than one person carries to a till. */
const HEAVY_MILLI = 100_000;

export function ItemDialog({ item, quantity_milli, scan_code, row }) {
  const weighed = !WHOLE_UNITS.includes(item.unit);
  const [doubted, setDoubted] = useState(null);
  const close = () => {
    state.dialog.value = null;
    if (row !== null) void dismiss(row.id);
  };
  const submit = (typed) => {
    const choice = chosen(typed, quantity_milli, scan_code);
    if (choice === null) return;
    if (weighed && choice.quantity_milli > HEAVY_MILLI) setDoubted(choice);
    else add(choice);
  };
  const add = (choice) => {
    const added = trying(() => take(item, choice, row));
    state.dialog.value = null;
    void added;
  };
  const price = item.unit_price_minor;
  return html`<${Modal} label=${item.name} onClose=${close}>
    <h2>${item.name}</h2>
    ${weighed && price !== null &&
    html`<p class="quiet">${formatMinor(price, state.decimals.value)} / ${item.unit}</p>`}
    <${Form} onSubmit=${submit}>
      ${weighed && html`<${Field} label=${ITEM.weight(item.unit)} name="weight" first
        inputmode="decimal" placeholder="0.755" />`}
      ${item.open_price && html`<${Field} label=${ITEM.price} name="price" first=${!weighed}
        inputmode="decimal" placeholder=${formatMinor(0, state.decimals.value)} />
        <${Field} label=${ITEM.reason} name="reason" maxlength="100"
          hint=${ITEM.reasonHint} />`}
      <div class="row">
        <button type="submit" class="main">${ITEM.add}</button>
        <button type="button" onClick=${close}>${ITEM.notThis}</button>
      </div>
    <//>
    ${doubted !== null && html`<${Doubt} onYes=${() => add(doubted)}
      label=${ITEM.addHeavy(formatMilli(doubted.quantity_milli), item.unit)}>
      ${ITEM.heavy(formatMilli(doubted.quantity_milli), item.unit)}
    <//>`}
  <//>`;
}

/** What was typed, or null with a problem shown. */
function chosen({ weight, price, reason }, quantityMilli, scanCode) {
  const { decimals, problem } = state;
  let quantity = quantityMilli ?? ONE_MILLI;
  if (weight !== undefined) {
    quantity = parseMilli(weight);
    if (quantity === null || quantity === 0) return refuse(problem, ITEM.notAWeight);
  }
  if (price === undefined) {
    return { quantity_milli: quantity, scan_code: scanCode, price_minor: null, reason: null };
  }
  const minor = parseMinor(price, decimals.value);
  if (minor === null) return refuse(problem, notAnAmount(price, decimals.value));
  if (reason.trim() === "") return refuse(problem, ITEM.noReason);
  return {
    quantity_milli: quantity,
    scan_code: scanCode,
    price_minor: minor,
    reason: reason.trim(),
  };
}

function refuse(problem, what) {
  problem.value = what;
  return null;
}
