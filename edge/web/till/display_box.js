/** A display on a device of its own: paired once by a link, then it asks the store box for what is
 *  shown before its till, again as soon as it is answered. Its token opens nothing else. */

import { newToken } from "./ids.js";
import { Pause, delayMs } from "./retry.js";

/**
 * @typedef {{workstation_id: string, code: string, token: string, paired: boolean}} Kept
 * @typedef {import("./shown.js").Shown} Shown
 */

const NAME = "holdfast-display";
/** Longer than the box waits for news (edge/box/displays.py). */
const ANSWER_WITHIN_MS = 30_000;
/** From then on what was shown last may be wrong. */
const STALE_MS = 20_000;
const LINK = /^#pair=([^:]{1,32}):([^:]{1,40})$/;

const pause = new Pause();

/** Whether this device was paired as a display, or is asked to be. */
export function isPaired() {
  return LINK.test(location.hash) || localStorage.getItem(NAME) !== null;
}

/** From now on ``show`` gets what is to be shown: null where nobody knows; ``refuse`` is called where
 *  the box does not know this device (any more).
 *  @param {{show: (shown: Shown | null) => void, refuse: () => void}} on */
export async function followBox({ show, refuse }) {
  let number = 0;
  let answeredAt = performance.now();
  for (let failures = 0; ; ) {
    const kept = takeLink() ?? read();
    if (kept === null) return refuse();
    const answer = kept.paired ? await ask(kept, number) : await pair(kept);
    if (answer === "refused") {
      localStorage.removeItem(NAME);
      return refuse();
    }
    if (answer === "away") {
      failures += 1;
      if (performance.now() - answeredAt > STALE_MS) show(null);
      await pause.wait(delayMs(failures, Math.random()));
      continue;
    }
    failures = 0;
    answeredAt = performance.now();
    if (answer === "paired") continue;
    number = answer.number;
    show(answer.shown);
  }
}

/** ``#pair=W1-DISPLAY:CODE`` is taken out of the address at once; its token is kept before it is
 *  stated, so that an answer that is lost can be asked for again.
 *  @returns {Kept | null} */
function takeLink() {
  const match = LINK.exec(location.hash);
  if (match === null) return null;
  history.replaceState(null, "", location.pathname);
  return keep({ workstation_id: match[1], code: match[2], token: newToken(), paired: false });
}

/** @returns {Kept | null} */
function read() {
  const text = localStorage.getItem(NAME);
  return text === null ? null : JSON.parse(text);
}

/** @param {Kept} kept */
function keep(kept) {
  localStorage.setItem(NAME, JSON.stringify(kept));
  return kept;
}

/** @param {Kept} kept @returns {Promise<"paired" | "refused" | "away">} */
async function pair(kept) {
  const { workstation_id, code, token } = kept;
  const answer = await send("/display/pair", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ workstation_id, code, token }),
  });
  if (answer === "refused" || answer === "away") return answer;
  keep({ ...kept, paired: true });
  return "paired";
}

/** @param {Kept} kept @param {number} number
 *  @returns {Promise<{number: number, shown: Shown | null} | "refused" | "away">} */
function ask({ token }, number) {
  return send(`/display/shown?after=${number}`, { headers: { Authorization: `Bearer ${token}` } });
}

/** Whether the box took what the customer answered.
 *  @param {import("./tip_answers.js").Said} said */
export async function answerBox(said) {
  const kept = read();
  if (kept === null) return false;
  const answer = await send("/display/answer", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${kept.token}` },
    body: JSON.stringify(said),
  });
  return answer === null;
}

/** @param {string} path @param {RequestInit} how
 *  @returns {Promise<any>} */
async function send(path, how) {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(path, { ...how, cache: "no-store", signal });
    if (response.ok) return response.status === 204 ? null : await response.json();
    return [400, 401, 403, 422].includes(response.status) ? "refused" : "away";
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return "away";
    throw error;
  }
}
