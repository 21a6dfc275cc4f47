/** The focus. */

/** Gives a field the focus so that it takes text: after a dialog with a field of its own closes,
 *  Chromium 156 shows the focus and drops the keys until the selection is set. */
export function giveFocus(element) {
  if (element === null) return;
  element.focus();
  const end = element.value?.length;
  if (end !== undefined && element.setSelectionRange) element.setSelectionRange(end, end);
}

export function focusScan() {
  giveFocus(document.getElementById("scan"));
}

/** The field that a key belongs to which is pressed on empty ground or on a button: the scan field,
 *  where one stands; null elsewhere, in a dialog, and for the keys that press buttons. */
export function groundField(event) {
  if (event.key === " " || document.querySelector("dialog[open]") !== null) return null;
  focusScan();
  return document.getElementById("scan");
}
