/** Numbers as people write them, by digits: no amount is ever a fraction here. */

const MILLI_DIGITS = 3;
/** Multipliers are hundredths of a percent. */
const TIMES_DIGITS = 4;
/** The most that one figure may be (sync/protocol/bounds.py), in minor units. */
export const MINOR_MAX = 100_000_000_000;
export const MILLI_MAX = 9_999_000;
const DIGITS_MAX = 15;
const GROUP = /\B(?=(\d{3})+$)/g;

/** 120435, 2 -> "1,204.35" */
export function formatMinor(minor, decimals) {
  const digits = String(Math.abs(minor)).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(GROUP, ",");
  const sign = minor < 0 ? "-" : "";
  return decimals === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-decimals)}`;
}

/** "12.5", 2 -> 1250; "12,50" and "1,204.35" too; null where the text is no amount, or one above
 *  MINOR_MAX. */
export function parseMinor(text, decimals) {
  const grouped = decimals < MILLI_DIGITS && /^\d{1,3}(,\d{3})+(\.\d*)?$/.test(text.trim());
  return parseDigits(grouped ? text.replaceAll(",", "") : text, decimals, MINOR_MAX);
}

/** "0.755" -> 755, "2" -> 2000; null where the text is no quantity. */
export function parseMilli(text) {
  return parseDigits(text, MILLI_DIGITS, MILLI_MAX);
}

/** 755 -> "0.755", 3000 -> "3" */
export function formatMilli(milli) {
  const digits = String(milli).padStart(MILLI_DIGITS + 1, "0");
  const part = digits.slice(-MILLI_DIGITS).replace(/0+$/, "");
  const whole = digits.slice(0, -MILLI_DIGITS);
  return part === "" ? whole : `${whole}.${part}`;
}

/** 900 -> "9 %", 825 -> "8.25 %" */
export function percent(basisPoints) {
  const digits = String(basisPoints).padStart(3, "0");
  const part = digits.slice(-2).replace(/0+$/, "");
  return `${digits.slice(0, -2)}${part === "" ? "" : "."}${part} %`;
}

/** 15000 -> "1.5", 20000 -> "2" */
export function times(multiplier) {
  const digits = String(multiplier).padStart(TIMES_DIGITS + 1, "0");
  const part = digits.slice(-TIMES_DIGITS).replace(/0+$/, "");
  const whole = digits.slice(0, -TIMES_DIGITS);
  return part === "" ? whole : `${whole}.${part}`;
}

/** 65 -> "1:05" */
export function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function parseDigits(text, places, most) {
  const match = /^(\d*)(?:[.,](\d*))?$/.exec(text.trim());
  if (match === null) return null;
  const whole = match[1].replace(/^0+(?=\d)/, "");
  const part = match[2] ?? "";
  const digits = whole + part.padEnd(places, "0");
  if (whole + part === "" || part.length > places || digits.length > DIGITS_MAX) return null;
  return Number(digits) <= most ? Number(digits) : null;
}
