/** The focus. */

/** Gives a field the focus so that it takes text: after a dialog with a field of its own closes,
 *  Chromium 156 shows the focus and drops the keys until the selection is set. */
export function giveFocus(element) {
  if (element === null) return;
  element.focus();
  const end = element.value?.length;
  if (end !== undefined && element.setSelectionRange) element.setSelectionRange(end, end);
}

/** Where codes and words are typed, null on a screen without it.
 * @returns {HTMLInputElement | null} */
export function scanField() {
  return /** @type {HTMLInputElement | null} */ (document.getElementById("scan"));
}

export function focusScan() {
  giveFocus(scanField());
}

/** The field that a key belongs to which is pressed on empty ground or on a button: the scan field,
 *  where one stands; null elsewhere, in a dialog, and for the keys that press buttons. */
export function groundField(event) {
  if (event.key === " " || document.querySelector("dialog[open]") !== null) return null;
  focusScan();
  return scanField();
}

/** On from a choice that is made: to what of its form is still empty behind it, else the form is sent;
 *  outside a form to the first field below ``then``, a selector, or to what it is done by. What may be
 *  folded away is passed over.
 * @param {HTMLButtonElement} element @param {string} [then] */
export function goOn(element, then) {
  if (then !== undefined) {
    const first = (what) => document.querySelector(`${then} ${what}:not(:disabled)`);
    giveFocus(first("input") ?? first("button.main"));
    return;
  }
  const fields = [...(element.form?.elements ?? [])];
  const next = fields.slice(fields.indexOf(element)).find(isEmptyField);
  if (next === undefined) element.form?.requestSubmit();
  else giveFocus(next);
}

/** @param {Element} element */
function isEmptyField(element) {
  const isText = element instanceof HTMLInputElement && element.type === "text";
  return isText && element.value === "" && element.closest("details") === null;
}
