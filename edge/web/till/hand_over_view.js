/** The till goes to somebody else in the middle of the day: counted first, blind, or as it is. Whoever
 *  takes it signs in next. */

import { doing } from "./actions.js";
import { countDrawer, handOver, piecesOf } from "./cash.js";
import { Choice, Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import { CountedByPieces, countOf } from "./settle_view.js";
import * as state from "./state.js";
import { html, useState } from "./ui.js";
import { HANDOVER } from "./words_handover.js";

export function HandOver() {
  const { till, problem } = state;
  const close = () => (state.dialog.value = null);
  const [to, setTo] = useState(null);
  const [typed, setTyped] = useState({});
  const session = till.value.till_session;
  if (session === null) {
    queueMicrotask(close);
    return null;
  }
  const { operators } = till.value;
  const holder = operators.find(({ operator_id }) => operator_id === session.held_by);
  const others = operators.filter(
    ({ operator_id, has_pin }) => has_pin && operator_id !== session.held_by,
  );
  const submit = (texts) => {
    const count = countOf(texts, typed);
    if (count === null) return;
    const reason = texts.reason.trim();
    const { minor, pieces, slips } = count;
    if (to === null) problem.value = HANDOVER.chooseWho;
    else if (minor === null && pieces.length === 0 && slips.length === 0) {
      void doing(() => handOver(to, { reason }));
    } else void doing(() => countDrawer(minor, pieces, slips, { to, reason }));
  };
  return html`<${Modal} label=${HANDOVER.title} onClose=${close}>
    <h2>${HANDOVER.title}</h2>
    <p>${HANDOVER.held(holder?.name ?? session.held_by)}</p>
    <${Form} onSubmit=${submit}>
      <h3 id="to-whom">${HANDOVER.to}</h3>
      ${others.length === 0 && html`<p>${HANDOVER.nobody}</p>`}
      <div class="row pick people" role="group" aria-labelledby="to-whom">${others.map(
        (each, at) => html`<${Choice} key=${each.operator_id} label=${each.name} first=${at === 0}
          on=${to?.operator_id === each.operator_id} choose=${() => setTo(each)} />`,
      )}</div>
      <${Field} label=${HANDOVER.counted} hint=${HANDOVER.countedHint} name="counted"
        inputmode="decimal" />
      <${CountedByPieces} pieces=${piecesOf(till.value.denominations ?? [], typed)}
        onFace=${(face, text) => setTyped({ ...typed, [face]: text })} />
      <${Field} label=${HANDOVER.reason} hint=${HANDOVER.reasonHint} name="reason" maxlength="200" />
      <div class="row">
        <button type="submit" class="main" disabled=${others.length === 0}>${HANDOVER.give}</button>
        <button type="button" onClick=${close}>${HANDOVER.back}</button>
      </div>
    <//>
  <//>`;
}
