/** Hears the scanner wherever the focus is: in a dialog, on a button, on empty ground. What a scan
 *  left in a field on its way is taken out again, so no scan becomes an amount, a weight or a
 *  search. The one place of the page that looks at the speed of keys (keys.js). */

import { NO_BURST, isQuick, press } from "./keys.js";

/** What stands in a code for the control character between GS1 elements, which scanners send as such
 *  or as Ctrl and ] (sync/protocol/labels/elements.py). */
const SEPARATOR = "\u241d";

let burst = NO_BURST;
let heard = 0;
/** The fields that keys of this burst went into, and what stood there before. */
let fields = [];

/** How many keys came so far, a scanner's among them: whoever would know whether one stands alone. */
export function keysHeard() {
  return heard;
}

/** From now on ``take(text, field)`` gets each scan; ``field`` is what stood in the field with the
 *  focus before, {element, value}, or null. ``ready`` says whether there is anything to scan for,
 *  ``ground`` gives keys that are pressed outside of any field a place to go. */
export function hearScans({ take, ready, ground }) {
  addEventListener("keydown", (event) => ready() && hear(event, take, ground), true);
}

function hear(event, take, ground) {
  heard += 1;
  const divides = event.key === "\u001d" || (event.ctrlKey && event.key === "]");
  const held = event.repeat || (event.ctrlKey && !divides) || event.altKey || event.metaKey;
  const key = divides ? SEPARATOR : event.key;
  if (divides) stop(event);
  const next = press(burst, { key, at: event.timeStamp, held });
  burst = next.burst;
  if (next.scan !== null) {
    stop(event);
    const before = fields.map(putBack);
    fields = [];
    take(next.scan, before.at(-1) ?? null);
  } else if (burst.text.length > 0) {
    goes(event, ground);
  }
}

/** One more character of a burst. Outside of a field, a quick one presses no button. */
function goes(event, ground) {
  if (burst.text.length === 1) fields = [];
  const target = isField(event.target) ? event.target : ground(event);
  if (target !== null) remember(target);
  else if (isQuick(burst)) stop(event);
}

function remember(element) {
  if (fields.some((each) => each.element === element)) return;
  const { value, selectionStart, selectionEnd } = element;
  fields.push({ element, value, selectionStart, selectionEnd });
}

function putBack(field) {
  const { element, value, selectionStart, selectionEnd } = field;
  element.value = value;
  element.setSelectionRange(selectionStart, selectionEnd);
  element.dispatchEvent(new Event("input", { bubbles: true }));
  return { element, value };
}

function isField(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
