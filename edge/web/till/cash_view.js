/** Cash goes between drawer and safe, or in and out for another reason, without a sale. */

import { doing } from "./actions.js";
import { moveCash, piecesOf, worthOf } from "./cash.js";
import { Choice, Field, Form } from "./fields.js";
import { focusScan } from "./focus.js";
import { Modal } from "./modal.js";
import { notAnAmount } from "./opening_view.js";
import { Faces } from "./pieces_view.js";
import * as state from "./state.js";
import { parseMinor } from "./text.js";
import { html, useState } from "./ui.js";
import { CASH, PIECES } from "./words_cash.js";

const KINDS = ["loan", "pickup", "paid_in", "paid_out"];
/** Whose other side may be the safe or elsewhere: a loan and a pickup are always the safe's. */
const PAID = new Set(["paid_in", "paid_out"]);

export function CashDialog() {
  const [kind, setKind] = useState("loan");
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState({});
  const [withSafe, setWithSafe] = useState(false);
  const { decimals, problem, till } = state;
  const pieces = piecesOf(till.value.denominations ?? [], typed);
  const close = () => (state.dialog.value = null);
  const submit = ({ amount, reason: said }) => {
    const why = said.trim();
    const byPieces = amount.trim() === "" && pieces !== null && pieces.length > 0;
    const minor = byPieces ? worthOf(pieces) : parseMinor(amount, decimals.value);
    if (pieces === null) problem.value = PIECES.notPieces;
    else if (minor === null || minor === 0) problem.value = notAnAmount(amount, decimals.value);
    else if (why === "") problem.value = CASH.noReason;
    else {
      close();
      const paid = withSafe && PAID.has(kind);
      void doing(() => moveCash(kind, minor, why, pieces, paid)).then(focusScan);
    }
  };
  return html`<${Modal} label=${CASH.title} onClose=${close}>
    <h2>${CASH.title}</h2>
    <${Form} onSubmit=${submit}>
      <div class="row pick" role="group" aria-label=${CASH.kind}>${KINDS.map(
        (each) => html`<${Choice} key=${each} label=${CASH.kinds[each]} on=${kind === each}
          choose=${() => setKind(each)} />`,
      )}</div>
      ${PAID.has(kind) && html`<${OtherSide} withSafe=${withSafe} choose=${setWithSafe} />`}
      <${Field} label=${CASH.amount} name="amount" inputmode="decimal" first autofocus />
      <${Field} label=${CASH.reason} hint=${CASH.reasonHint} name="reason" maxlength="200"
        value=${reason} onInput=${({ target }) => setReason(target.value)} />
      <div class="row pick">${Object.values(CASH.reasons[kind]).map(
        (each) => html`<${Choice} key=${each} label=${each} on=${reason === each}
          choose=${() => setReason(each)} />`,
      )}</div>
      <${Faces} summary=${PIECES.by} hint=${PIECES.hint}
        sum=${pieces === null ? null : worthOf(pieces)}
        onFace=${(face, text) => setTyped({ ...typed, [face]: text })} />
      <div class="row">
        <button type="submit" class="main">${CASH.move}</button>
        <button type="button" onClick=${close}>${CASH.back}</button>
      </div>
    <//>
  <//>`;
}

/** Where what is paid in comes from, or what is paid out goes to. */
function OtherSide({ withSafe, choose }) {
  return html`<div class="row pick" role="group" aria-label=${CASH.otherSide}>
    <${Choice} label=${CASH.elsewhere} on=${!withSafe} choose=${() => choose(false)} />
    <${Choice} label=${CASH.withSafe} on=${withSafe} choose=${() => choose(true)} />
  </div>`;
}
