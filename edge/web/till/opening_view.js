/** Before the first sale: the till with its float, or with what is in the drawer where it was open at
 *  a store box that is gone. */

import { doing } from "./actions.js";
import { piecesOf, worthOf } from "./cash.js";
import { carryNothing, openTill } from "./day_actions.js";
import { Field, Form } from "./fields.js";
import { Faces } from "./pieces_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html, useState } from "./ui.js";
import { ACT } from "./words.js";
import { PIECES } from "./words_cash.js";
import { OPENING } from "./words_day.js";

export function OpenTill() {
  const { decimals, till, problem, carried } = state;
  const [typed, setTyped] = useState({});
  const pieces = piecesOf(till.value.denominations ?? [], typed);
  const submit = ({ float }) => {
    const byPieces = float.trim() === "" && pieces !== null && pieces.length > 0;
    const minor = byPieces ? worthOf(pieces) : parseMinor(float, decimals.value);
    if (pieces === null) problem.value = PIECES.notPieces;
    else if (minor === null) problem.value = notAnAmount(float, decimals.value);
    else void doing(() => openTill(minor, pieces));
  };
  const goesOn = carried.value !== null;
  const words = goesOn ? OPENING.carried : OPENING;
  const { business_date: date } = carried.value ?? till.value.business_day;
  return html`<section class="card narrow">
    <h1>${words.title}</h1>
    <p>${words.count(date)}</p>
    <${Form} onSubmit=${submit}>
      <${Field} label=${words.float} name="float" inputmode="decimal" first
        placeholder=${formatMinor(0, decimals.value)} />
      <${Faces} summary=${PIECES.by} hint=${PIECES.hint}
        sum=${pieces === null ? null : worthOf(pieces)}
        onFace=${(face, text) => setTyped({ ...typed, [face]: text })} />
      <div class="row">
        <button type="submit" class="main">${words.open}</button>
        ${goesOn && html`<button type="button" onClick=${() => doing(carryNothing)}>
          ${words.not}
        </button>`}
      </div>
    <//>
  </section>`;
}

/** The problem of a text that is no amount. */
export function notAnAmount(text, decimals) {
  return ACT.notAnAmount(text, formatMinor(1250, decimals));
}
