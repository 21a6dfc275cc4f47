/** One request to the store server: its answer, a problem (``Refused``), or no answer at all
 *  (``BoxAway``). States the token and the highest head with each. */

import { seenHeader } from "./head.js";
import { slugOf } from "./refusals.js";
import { boxAway, boxSlow, pairing, problem, seen } from "./state.js";

const TIMEOUT_MS = 20_000;
/** From then on people are told that an answer is waited for. */
const SLOW_MS = 2_000;
const NOT_NOW = new Set([429, 502, 503, 504]);

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

/** The answer's document. ``body``: an object, or the exact text that is to be sent. ``signal``
 *  ends the wait. Throws BoxAway, Refused. */
export async function call(method, path, { body = null, signal = null } = {}) {
  const content = body === null || typeof body === "string" ? body : JSON.stringify(body);
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const slow = setTimeout(() => (boxSlow.value = true), SLOW_MS);
  let response;
  let answer;
  try {
    response = await fetch(path, {
      method,
      headers: headers(content !== null),
      body: content,
      cache: "no-store",
      signal: signal === null ? limit : AbortSignal.any([limit, signal]),
    });
    answer = await response.json();
  } catch (error) {
    if (signal === null || !signal.aborted) boxAway.value = true;
    throw new BoxAway(String(error));
  } finally {
    clearTimeout(slow);
  }
  boxSlow.value = false;
  if (NOT_NOW.has(response.status)) throw new BoxAway(answer.detail);
  boxAway.value = false;
  if (response.ok) return answer;
  if (response.status === 401) {
    pairing.value = null;
    problem.value = answer;
  }
  throw new Refused(answer);
}

function headers(hasBody) {
  const stated = {};
  if (hasBody) stated["Content-Type"] = "application/json";
  if (pairing.value !== null) stated.Authorization = `Bearer ${pairing.value.token}`;
  if (seen.value !== null && pairing.value !== null) {
    stated["Holdfast-Seen"] = seenHeader(seen.value);
  }
  return stated;
}
