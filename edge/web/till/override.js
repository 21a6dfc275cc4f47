/** What is beyond who is signed in: somebody else allows it with their PIN, for this act alone, and
 *  then it is done. */

import { Refused, call } from "./api.js";
import { uuid7 } from "./ids.js";
import * as state from "./state.js";
import { OVERRIDE } from "./words_people.js";

const BEYOND = new Set([
  "permission-needed",
  "override-needed",
  "refund-elsewhere",
  "voucher-taken-before",
  "value-expired",
]);

/** The answer of ``send``; where it is refused for want of a permission, once more with the id of an
 *  override for ``permission`` and ``subject``. Throws what ``send`` throws, also where nobody
 *  allowed it. */
export async function allowed(permission, subject, send) {
  try {
    return await send(null);
  } catch (error) {
    if (!(error instanceof Refused) || !BEYOND.has(error.slug)) throw error;
    const overrideId = await ask({ permission, subject });
    if (overrideId === null) throw error;
    return send(overrideId);
  }
}

/** The id of an override for what a refusal asks for; null where it asks for none, or nobody allows
 *  it. */
export function askBeyond(error) {
  const { asks } = error.problem;
  return BEYOND.has(error.slug) && asks !== undefined ? ask(asks) : Promise.resolve(null);
}

/** ``asks``: permission and subject, and how much of it. */
function ask(asks) {
  return new Promise((resolve) => {
    const answered = (overrideId) => {
      state.overrideAsked.value = null;
      resolve(overrideId);
    };
    const words = OVERRIDE.acts[asks.permission];
    state.overrideAsked.value = { asks, words, answered };
  });
}

/** ``by`` allows what is asked. Throws BoxAway, Refused. */
export async function giveOverride(by, pin, reason) {
  const asked = state.overrideAsked.value;
  if (asked === null) return;
  const { asks, words, answered } = asked;
  const body = {
    request_id: uuid7(Date.now()),
    act: words,
    ...asks,
    operator_id: by.operator_id,
    pin,
    reason,
  };
  const { override_id } = await call("POST", "/overrides", { body });
  answered(override_id);
}
