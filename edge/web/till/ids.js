/** Ids and secrets, made here before the first attempt. Works without crypto.randomUUID and
 *  crypto.subtle, which plain HTTP over a shop's network does not have. */

const TOKEN_BYTES = 32;
const TIME_HEX_DIGITS = 12;

/** A UUIDv7 (RFC 9562): 48 bits of UTC milliseconds, then random bits. */
export function uuid7(nowMs) {
  const time = nowMs.toString(16).padStart(TIME_HEX_DIGITS, "0");
  const random = crypto.getRandomValues(new Uint8Array(10));
  random[0] = (random[0] & 0x0f) | 0x70;
  random[2] = (random[2] & 0x3f) | 0x80;
  const hex = time + Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [0, 8, 12, 16, 20]
    .map((from, place, all) => hex.slice(from, all[place + 1] ?? hex.length))
    .join("-");
}

/** 256 random bits in base64url, 43 characters. */
export function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
