/** Tells a scanner from a hand by the time between keys. Pure: a burst is a value, each key makes
 *  the next one. A hand leaves some 80 ms between keys, a scanner 5 to 20. */

/** A longer gap begins another burst. */
const PAUSE_MS = 150;
/** A scanner's keys follow each other in this time, taken as a mean. */
const SCANNER_MS = 35;
/** So few keys may be a hand's that rolled over the digits: their Enter must be as quick. */
const FEW = 5;
/** After more than a few, Enter may be as late as this: some scanners think before they send it. */
const ENTER_LATE_MS = 600;
export const LENGTH_MIN = 3;
export const LENGTH_MAX = 128;
const ENDS = new Set(["Enter", "Tab"]);
const SILENT = new Set(["Shift", "CapsLock", "NumLock", "AltGraph"]);

/** @typedef {{text: string, first: number, last: number}} Burst keys so far, and when in ms */
export const NO_BURST = Object.freeze({ text: "", first: 0, last: 0 });

/** The burst after a key, and the scan that the key ends, or null. ``key`` as KeyboardEvent.key,
 *  ``at`` in ms, ``held``: it repeats by itself or is pressed with Ctrl, Alt or Meta. */
export function press(burst, { key, at, held }) {
  if (SILENT.has(key)) return { burst, scan: null };
  if (ENDS.has(key)) return { burst: NO_BURST, scan: held ? null : scanOf(burst, at) };
  if (held || [...key].length !== 1) return { burst: NO_BURST, scan: null };
  const goes = burst.text !== "" && at - burst.last <= PAUSE_MS && burst.text.length < LENGTH_MAX;
  const text = goes ? burst.text + key : key;
  return { burst: { text, first: goes ? burst.first : at, last: at }, scan: null };
}

/** Whether it has been too quick for a hand so far. */
export function isQuick({ text, first, last }) {
  return text.length >= 2 && last - first <= SCANNER_MS * (text.length - 1);
}

function scanOf(burst, at) {
  const length = burst.text.length;
  if (length < LENGTH_MIN || !isQuick(burst)) return null;
  const inTime = length > FEW
    ? at - burst.last <= ENTER_LATE_MS
    : at - burst.first <= SCANNER_MS * length;
  return inTime ? burst.text.trim() : null;
}
