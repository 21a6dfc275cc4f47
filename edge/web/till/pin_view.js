/** A PIN, by keys or by touch: its digits are never shown, kept or filled in. */

import { Form, useFocus } from "./fields.js";
import * as state from "./state.js";
import { html, useState } from "./ui.js";
import { SIGN_IN } from "./words_people.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const PIN = /^\d{4,8}$/;
export const PIN_DIGITS_MAX = 8;

/** ``onPin`` gets the digits, and the form's other texts; the field is empty again when it has
 *  them. ``busy``: one is being looked at. ``children``: what stands before the last button. */
export function Pin({ label, press, onPin, busy = false, children }) {
  const [pin, setPin] = useState("");
  const field = useFocus();
  const submit = (texts) => {
    const typed = pin;
    setPin("");
    field.current?.focus();
    if (isPin(typed)) onPin(typed, texts);
    else state.problem.value = SIGN_IN.notAPin;
  };
  const add = (digit) => () => setPin((before) => (before + digit).slice(0, PIN_DIGITS_MAX));
  return html`<${Form} class="pin" onSubmit=${submit}>
    <div class="field">
      <label for="pin">${label}</label>
      <${PinField} id="pin" reference=${field} value=${pin}
        onInput=${(event) => setPin(event.currentTarget.value)} />
    </div>
    <div class="pad">
      ${DIGITS.map((digit) => html`<button type="button" key=${digit} onClick=${add(digit)}>${digit}</button>`)}
      <button type="button" aria-label=${SIGN_IN.rubOut}
        onClick=${() => setPin((before) => before.slice(0, -1))}>⌫</button>
      <button type="button" onClick=${add("0")}>0</button>
      <button type="submit" aria-label=${press} disabled=${busy}>↵</button>
    </div>
    ${children}
    <button type="submit" class="main" disabled=${busy}>
      ${busy ? SIGN_IN.checking : press}
    </button>
  <//>`;
}

/** A text field whose signs are hidden by style: a browser offers to keep what stands in one for
 *  passwords, and this till is many people's. */
export function PinField({ reference, ...attributes }) {
  return html`<input ref=${reference} class="digits" type="text" inputmode="numeric"
    autocomplete="off" spellcheck=${false} maxlength=${PIN_DIGITS_MAX} ...${attributes} />`;
}

export function isPin(text) {
  return PIN.test(text);
}
