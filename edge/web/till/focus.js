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
