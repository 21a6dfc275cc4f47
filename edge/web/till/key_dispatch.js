/** Does what the pressed key says (keys_table.js), on the screen that is shown and not in a dialog. */

import { giveFocus, scanField } from "./focus.js";
import { isFieldEmpty, keysHere } from "./keys_table.js";

/** A sign that another key follows within this time is part of a scan or a word (keys.js). */
const ALONE_MS = 150;
const SILENT = new Set(["Shift", "CapsLock", "NumLock", "AltGraph", "Control", "Alt", "Meta"]);

/** The sign that was pressed just now, until it is known to stand alone: {row, timer}. */
let pressed = null;

/** From now on. */
export function hearKeys() {
  addEventListener("keydown", hear);
}

function hear(event) {
  if (SILENT.has(event.key) || event.isComposing) return;
  decide(event);
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]") !== null) return;
  const row = keysHere().find(({ key }) => key === event.key);
  if (row === undefined) return;
  if (row.key.length === 1) {
    if (mayBeSign(event)) wait(event, row);
    return;
  }
  if (row.key === "Delete" && !row.when()) return;
  event.preventDefault();
  if (row.when()) row.act();
}

/** Typed on the ground or into an empty scan field; elsewhere it is text. */
function mayBeSign({ target }) {
  const inAField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  return isFieldEmpty() && (!inAField || target.id === "scan");
}

function wait(event, row) {
  event.preventDefault();
  const timer = setTimeout(() => {
    pressed = null;
    if (row.when()) row.act();
  }, ALONE_MS);
  pressed = { row, timer };
}

/** Another key follows: the same sign means itself twice; any other, and the first was text. */
function decide(event) {
  if (pressed === null) return;
  const { row, timer } = pressed;
  pressed = null;
  clearTimeout(timer);
  if (event.key === row.key) {
    if (row.when()) row.act();
    return;
  }
  const field = scanField();
  if (event.key.length !== 1 || field === null || field.value !== "") return;
  field.value = row.key;
  giveFocus(field);
}
