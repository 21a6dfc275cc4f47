/** A dialog in front of everything: it takes the focus, Escape closes it. */

import { giveFocus } from "./focus.js";
import { Scans } from "./scans_view.js";
import { Problem } from "./status_view.js";
import { problem, scans } from "./state.js";
import { html, useLayoutEffect, useRef, useState } from "./ui.js";

/** ``wide``: more than a few fields. What was refused before it opened waits behind it. */
export function Modal({ label, onClose, wide = false, children }) {
  const reference = useRef(null);
  const [before] = useState(refusedNow);
  useLayoutEffect(() => {
    const element = reference.current;
    problem.value = null;
    element.showModal();
    return () => {
      element.close();
      giveFocus(document.activeElement);
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog ref=${reference} class=${wide ? "broad" : ""} aria-label=${label} onCancel=${cancel}>
    ${children}
    ${problem.value !== null && html`<${Problem} problem=${problem.value} />`}
    <${Scans} before=${before} />
  </dialog>`;
}

function refusedNow() {
  return scans.value.filter((row) => row.problem !== null).map(({ id }) => id);
}
