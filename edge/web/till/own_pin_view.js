/** A PIN of one's own: after a starting one nothing is done before it; from the menu at any time. */

import { doing } from "./actions.js";
import { Form, Heading, useFocus } from "./fields.js";
import { Modal } from "./modal.js";
import { PinField, isPin } from "./pin_view.js";
import { setOwnPin } from "./session.js";
import * as state from "./state.js";
import { html } from "./ui.js";
import { OWN_PIN, SIGN_IN } from "./words_people.js";

/** The screen after a starting PIN. */
export function OwnPin() {
  return html`<section class="card narrow">
    <${Heading}>${OWN_PIN.title}<//>
    <p>${OWN_PIN.why}</p>
    <${Twice} />
    <button type="button" onClick=${() => (state.signingIn.value = "somebody")}>
      ${SIGN_IN.another}
    </button>
  </section>`;
}

/** The dialog of the menu, which asks for the PIN so far. */
export function ChangePin() {
  const close = () => (state.dialog.value = null);
  return html`<${Modal} label=${OWN_PIN.title} onClose=${close}>
    <h2>${OWN_PIN.title}</h2>
    <${Twice} asksNow />
    <button type="button" onClick=${close}>${OWN_PIN.back}</button>
  <//>`;
}

function Twice({ asksNow = false }) {
  const focus = useFocus();
  const submit = ({ now, first, again }, form) => {
    form.reset();
    focus.current?.focus();
    if (first !== again) state.problem.value = OWN_PIN.notTheSame;
    else if (!isPin(first) || (asksNow && !isPin(now))) state.problem.value = SIGN_IN.notAPin;
    else void doing(() => setOwnPin(first, asksNow ? now : null));
  };
  return html`<${Form} onSubmit=${submit}>
    ${asksNow &&
    html`<div class="field">
      <label for="pin-now">${OWN_PIN.now}</label>
      <${PinField} id="pin-now" name="now" reference=${focus} />
    </div>`}
    <div class="field">
      <label for="pin-first">${OWN_PIN.first}</label>
      <${PinField} id="pin-first" name="first" aria-describedby="pin-rule"
        reference=${asksNow ? undefined : focus} />
      <small id="pin-rule">${OWN_PIN.rule}</small>
    </div>
    <div class="field">
      <label for="pin-again">${OWN_PIN.again}</label>
      <${PinField} id="pin-again" name="again" />
    </div>
    <button type="submit" class="main">${OWN_PIN.keep}</button>
  <//>`;
}
