/** How many of each note and coin: a field each, and what they come to. */

import { Field } from "./fields.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { html } from "./ui.js";
import { PIECES } from "./words_cash.js";

/** ``sum``: what was typed comes to, null where one of the texts is no number; ``onFace(face, text)``.
 *  ``children``: what is counted beside them. */
export function Faces({ summary, hint, sum, onFace, children }) {
  const decimals = state.decimals.value;
  const faces = state.till.value.denominations ?? [];
  return html`<details class="pieces">
    <summary>${summary}</summary>
    <p class="quiet">${hint}</p>
    <div class="faces" role="group" aria-label=${PIECES.group}>
      ${faces.map(
        (face) => html`<${Field} key=${face} label=${formatMinor(face, decimals)}
          name=${`face_${face}`} inputmode="numeric" maxlength="7"
          onInput=${({ target }) => onFace(face, target.value)} />`,
      )}
    </div>
    <dl class="figures">
      <dt>${PIECES.sum}</dt>
      <dd data-testid="counted-so-far">${sum === null ? "" : formatMinor(sum, decimals)}</dd>
    </dl>
    ${children}
  </details>`;
}
