/** One request to the store server: its answer, a problem (``Refused``), or no answer at all
 *  (``BoxAway``). States the token and the highest head with each. */

import { seenHeader } from "./head.js";
import { language } from "./language.js";
import { slugOf } from "./refusals.js";
import { boxAway, boxSlow, operator, pairing, problem, seen } from "./state.js";

const TIMEOUT_MS = 20_000;
/** A page is set by a process of its own, after those that were asked for before. */
const FILE_TIMEOUT_MS = 60_000;
/** From then on people are told that an answer is waited for. */
const SLOW_MS = 2_000;
const NOT_NOW = new Set([429, 502, 503, 504]);
/** Whoever is locked out is told so, and what to do. */
const LOCKED_OUT = "locked-out";

/** Nobody knows whether the request arrived. */
export class BoxAway extends Error {}

/** The store server said no: an RFC 9457 problem with ``remedy``. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
    this.slug = slugOf(problem);
  }
}

/** The answer's document, null where there is none. ``body``: an object, or the exact text that is
 *  to be sent. ``signal`` ends the wait. ``session``: whose session the request comes from, where it
 *  is not that of who is signed in now. ``quiet``: nobody waits for it; ``keepalive``: it is sent also
 *  where the page goes. Throws BoxAway, Refused.
 * @param {string} method
 * @param {string} path
 * @param {{body?: any, signal?: AbortSignal | null, session?: string | null, quiet?: boolean,
 *   keepalive?: boolean}} [how]
 * @returns {Promise<any>} */
export async function call(method, path, how = {}) {
  const { body = null, signal = null, session, quiet, keepalive = false } = how;
  const content = body === null || typeof body === "string" ? body : JSON.stringify(body);
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const slow = quiet ? 0 : setTimeout(() => (boxSlow.value = true), SLOW_MS);
  let response;
  let answer = null;
  const token = session ?? operator.value?.token ?? null;
  try {
    response = await fetch(path, {
      method,
      headers: headers(content !== null, token),
      body: content,
      cache: "no-store",
      keepalive,
      signal: signal === null ? limit : AbortSignal.any([limit, signal]),
    });
    if (response.status !== 204) answer = await response.json();
  } catch (error) {
    if (signal === null || !signal.aborted) boxAway.value = true;
    throw new BoxAway(String(error));
  } finally {
    clearTimeout(slow);
  }
  boxSlow.value = false;
  const refused = response.ok ? null : new Refused(withWait(answer, response));
  const notNow = NOT_NOW.has(response.status) && refused?.slug !== LOCKED_OUT;
  if (notNow) throw new BoxAway(answer.detail);
  boxAway.value = false;
  if (refused === null) return answer;
  if (response.status === 401) {
    pairing.value = null;
    problem.value = answer;
  }
  if (token !== null && token === operator.value?.token) noteSession(refused.slug);
  throw refused;
}

function withWait(answer, response) {
  return { ...answer, wait_s: Number(response.headers.get("Retry-After") ?? 0) };
}

/** What a refusal says of the session that the request came from. */
function noteSession(slug) {
  if (slug === "sign-in-needed") operator.value = null;
  if (slug === "session-locked") operator.value = { ...operator.value, locked: true };
  if (slug === "own-pin-needed") operator.value = { ...operator.value, own_pin_needed: true };
}

function headers(hasBody, token) {
  /** @type {Record<string, string>} */
  const stated = { "Accept-Language": language.value };
  if (hasBody) stated["Content-Type"] = "application/json";
  if (pairing.value !== null) stated.Authorization = `Bearer ${pairing.value.token}`;
  if (token !== null) stated["Holdfast-Session"] = token;
  if (seen.value !== null && pairing.value !== null) {
    stated["Holdfast-Seen"] = seenHeader(seen.value);
  }
  return stated;
}

/** A file that is made for whoever asks. Throws BoxAway, Refused. */
export async function fetchFile(path) {
  let response;
  try {
    response = await fetch(path, {
      headers: headers(false, operator.value?.token ?? null),
      cache: "no-store",
      signal: AbortSignal.timeout(FILE_TIMEOUT_MS),
    });
    if (response.ok) return await response.blob();
    throw new Refused(await response.json());
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new BoxAway(String(error));
  }
}
