/** Digits under a field, for fingers: a touch adds one where the caret stands. A keyboard of the device's
 *  own would cover half of the screen, has no "%" among its digits, and many a terminal has none. */

import { html } from "./ui.js";
import { DIGITS } from "./words.js";

/** The same as in till.css: fingers, and room for it. */
const FINGERS = matchMedia("(any-pointer: coarse) and (min-height: 36rem)");
const KEYS = [..."789⌫456.1230"];
const RUB_OUT = "⌫";

export function hasDigits() {
  return FINGERS.matches;
}

/** ``field``: a reference to the field that it stands under; ``more``: signs beside the digits. */
export function Digits({ field, more = "" }) {
  return html`<div class="digits-pad" role="group" aria-label=${DIGITS.group} onPointerDown=${keepFocus}>
    ${[...KEYS, ...more].map(
      (sign) => html`<button type="button" key=${sign} tabindex="-1"
        aria-label=${sign === RUB_OUT ? DIGITS.rubOut : undefined}
        onClick=${() => strike(field.current, sign)}>${sign}</button>`,
    )}
  </div>`;
}

/** The caret stays where it is. */
function keepFocus(event) {
  event.preventDefault();
}

/** @param {HTMLInputElement} element @param {string} sign */
function strike(element, sign) {
  const end = element.selectionEnd ?? element.value.length;
  const start = element.selectionStart ?? end;
  const from = sign === RUB_OUT && start === end ? Math.max(0, start - 1) : start;
  element.setRangeText(sign === RUB_OUT ? "" : sign, from, end, "end");
  element.dispatchEvent(new Event("input", { bubbles: true }));
  element.focus();
}
