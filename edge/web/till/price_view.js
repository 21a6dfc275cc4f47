/** What one of a line costs, set by hand, for a reason. What that comes to the store server computes. */

import { changeLines, trying } from "./actions.js";
import { Choice, Field, Form } from "./fields.js";
import { focusScan } from "./focus.js";
import { Modal } from "./modal.js";
import { isWhole } from "./selling.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html, useState } from "./ui.js";
import { PRICE } from "./words_price.js";

export function PriceDialog({ line_key: key }) {
  const { basket, decimals, dialog, problem, quotedLines } = state;
  const line = basket.value.lines.find((each) => each.key === key);
  const [reason, setReason] = useState("");
  const close = () => (dialog.value = null);
  if (line === undefined) {
    queueMicrotask(close);
    return null;
  }
  const put = (price) => {
    close();
    void trying(() => changeLines([key], { price_override: price })).then(focusScan);
  };
  const submit = ({ price, reason: why }) => {
    const read = parseMinor(price, decimals.value);
    if (read === null) problem.value = PRICE.wrong;
    else if (why.trim() === "") problem.value = PRICE.wrongReason;
    else put({ unit_price_minor: read, reason: why.trim() });
  };
  const now = line.price_override ?? null;
  const quoted = quotedLines.value.get(line);
  const costs = quoted?.book?.pack_price_minor ?? quoted?.unit_price_minor;
  const shown = (minor) => formatMinor(minor, decimals.value);
  return html`<${Modal} label=${PRICE.of(line.name)} onClose=${close}>
    <h2>${PRICE.of(line.name)}</h2>
    <p class="quiet">${costs === undefined ? "" : `${PRICE.costs(shown(costs))}. `}${PRICE.alone}.</p>
    <${Form} onSubmit=${submit}>
      <${Field} label=${isWhole(line) ? PRICE.field : PRICE.fieldIn(line.unit)} name="price" first
        inputmode="decimal" placeholder=${now === null ? "" : shown(now.unit_price_minor)} />
      <${Field} label=${PRICE.reason} hint=${PRICE.reasonHint} name="reason" maxlength="200"
        value=${reason} onInput=${({ target }) => setReason(target.value)} />
      <div class="row pick">${Object.values(PRICE.reasons).map(
        (each) => html`<${Choice} key=${each} label=${each} on=${reason === each}
          choose=${() => setReason(each)} />`,
      )}</div>
      <div class="row">
        <button type="submit" class="main">${PRICE.set}</button>
        ${now !== null && html`<button type="button" onClick=${() => put(null)}>
          ${PRICE.remove}</button>`}
        <button type="button" onClick=${close}>${PRICE.back}</button>
      </div>
    <//>
  <//>`;
}
