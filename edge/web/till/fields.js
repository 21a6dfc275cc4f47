/** Small pieces that every screen is made of. */

import { Digits, hasDigits } from "./digits_view.js";
import { giveFocus, goOn } from "./focus.js";
import { html, useLayoutEffect, useRef } from "./ui.js";

/** A reference whose element gets the focus when it appears, before the next key arrives. */
export function useFocus() {
  const reference = useRef(null);
  useLayoutEffect(() => giveFocus(reference.current), []);
  return reference;
}

/** A heading that takes the focus, on screens without a field of their own. */
export function Heading({ children }) {
  return html`<h1 tabindex="-1" ref=${useFocus()}>${children}</h1>`;
}

/** A labelled text field; ``first`` gives it the focus, and digits for fingers where it holds an amount
 *  (``signs``: what may stand there beside them). */
export function Field({ label, hint, first = false, signs = "", ...attributes }) {
  const focus = useFocus();
  const id = `field-${label.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-")}`;
  const byTouch = first && attributes.inputmode === "decimal" && hasDigits();
  if (byTouch) attributes.inputmode = "none";
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input id=${id} ref=${first ? focus : undefined} type="text" autocomplete="off"
      aria-describedby=${hint ? `${id}-hint` : undefined} ...${attributes} />
    ${hint && html`<small id=${`${id}-hint`}>${hint}</small>`}
    ${byTouch && html`<${Digits} field=${focus} more=${signs} />`}
  </div>`;
}

/** A form that is handled here and never sent by the browser. ``onSubmit`` gets the texts of its
 *  fields by name. */
export function Form({ onSubmit, children, ...attributes }) {
  const submit = (event) => {
    event.preventDefault();
    onSubmit(Object.fromEntries(new FormData(event.currentTarget)), event.currentTarget);
  };
  return html`<form onSubmit=${submit} novalidate ...${attributes}>${children}</form>`;
}

/** One of several that may be chosen by a touch; ``first`` gives it the focus. Enter on the chosen one goes on (focus.js); ``then``:
 *  to where, for a choice that stands in no form. */
export function Choice({ label, on, choose, first = false, then = undefined }) {
  const focus = useFocus();
  const press = (event) => {
    if (event.key !== "Enter" || !on) return;
    event.preventDefault();
    if (!event.repeat) goOn(event.currentTarget, then);
  };
  return html`<button type="button" ref=${first ? focus : undefined} aria-pressed=${on} onClick=${choose}
    onKeyDown=${press}>${label}</button>`;
}

/** What can be taken away by a touch, as an item of a list. */
export function Away({ what, more, label, onAway }) {
  return html`<li>
    <span>${what}</span><small>${more}</small>
    <button type="button" class="plain" aria-label=${label} onClick=${onAway}>×</button>
  </li>`;
}

/** What is hardly meant is asked about, and taken only by its own button. */
export function Doubt({ children, label, onYes }) {
  return html`<div class="doubt" role="alert" data-testid="doubt">
    <p>${children}</p>
    <button type="button" onClick=${onYes}>${label}</button>
  </div>`;
}
