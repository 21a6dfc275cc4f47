/** Put the basket aside, and go on with one that waits at any workstation of the shop. */

import { doing } from "./actions.js";
import { BoxAway, Refused } from "./api.js";
import { Field, Form, useFocus } from "./fields.js";
import { Modal } from "./modal.js";
import { listParked, park, recall } from "./park.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { html, useEffect, useState } from "./ui.js";
import { PARK } from "./words_park.js";

export function ParkDialog() {
  const [waiting, setWaiting] = useState(null);
  const some = state.basket.value.lines.length > 0;
  const close = () => (state.dialog.value = null);
  useEffect(() => void look(setWaiting), []);
  const put = async ({ note }) => {
    if (await doing(() => park(note.trim()))) close();
  };
  const take = async (basketId) => {
    if (await doing(() => recall(basketId))) return close();
    return look(setWaiting);
  };
  return html`<${Modal} label=${PARK.title} onClose=${close}>
    <h2>${PARK.title}</h2>
    ${some && html`<${Form} onSubmit=${put}>
      <${Field} label=${PARK.note} name="note" first maxlength="200" />
      <div class="row"><button type="submit" class="main">${PARK.put}</button></div>
    <//>`}
    <h3>${PARK.waiting}</h3>
    ${waiting?.length === 0 && html`<p class="quiet" role="status">${PARK.none}</p>`}
    ${some && waiting?.length > 0 && html`<p class="quiet">${PARK.first}</p>`}
    ${waiting?.length > 0 && html`<div class="choices found">
      ${waiting.map(
        (each, at) => html`<${Waiting} key=${each.basket_id} basket=${each} first=${!some && at === 0}
          disabled=${some} onTake=${() => take(each.basket_id)} />`,
      )}
    </div>`}
    <button type="button" onClick=${close}>${PARK.back}</button>
  <//>`;
}

/** ``first``: it has the focus, so that Enter goes on with it. */
function Waiting({ basket, first, disabled, onTake }) {
  const focus = useFocus();
  const { note, suspended_at_ms: at, workstation_id: where, line_count: lines } = basket;
  return html`<button type="button" ref=${first ? focus : undefined} disabled=${disabled}
    onClick=${onTake}>
    <strong>${note ?? new Date(at).toLocaleTimeString()}</strong>
    <small>${PARK.of(where, lines)}
      ${" "}${formatMinor(basket.total_minor, state.decimals.value)}</small>
  </button>`;
}

async function look(show) {
  try {
    show(await listParked());
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
    state.problem.value = error instanceof Refused ? error.problem : null;
    show([]);
  }
}
