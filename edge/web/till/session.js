/** Who is at the till: signing in with a PIN, locking, a PIN of one's own, letting somebody in. What
 *  is kept of a session outlives a reload; the basket is nobody's and stays. */

import { trying } from "./actions.js";
import { BoxAway, Refused, call } from "./api.js";
import { uuid7 } from "./ids.js";
import { tryAgain } from "./outbox.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { batch } from "./ui.js";
import { LOCKED_OUT, OWN_PIN } from "./words_people.js";

const LOOK_EVERY_MS = 5_000;

/** A sign-in that was not answered is asked again under its id: it is one session. */
let attempt = null;

/** Whoever was signed in before is no more. Throws BoxAway, Refused. */
export async function signIn({ operator_id }, pin) {
  if (attempt?.operator_id !== operator_id) {
    attempt = { operator_id, request_id: uuid7(Date.now()) };
  }
  try {
    await keep(await call("POST", "/session", { body: { ...attempt, pin } }));
  } catch (error) {
    if (error instanceof Refused) attempt = null;
    throw error;
  }
  attempt = null;
  tryAgain();
}

/** ``pin``: the one so far; not asked for after a starting one. */
export async function setOwnPin(newPin, pin = null) {
  const body = { request_id: uuid7(Date.now()), new_pin: newPin, pin };
  const answer = await call("POST", "/session/pin", { body });
  await keep({ ...answer, token: state.operator.value.token });
  state.dialog.value = null;
  state.notice.value = OWN_PIN.kept;
}

/** At once on this screen, whatever the store server answers. */
export async function lock() {
  const who = state.operator.value;
  if (who === null || who.locked) return;
  state.dialog.value = null;
  state.overrideAsked.value?.answered(null);
  await keep({ ...who, locked: true });
  const body = { request_id: uuid7(Date.now()) };
  await unheard(call("POST", "/session/lock", { body, session: who.token }));
}

export async function signOut() {
  const token = state.operator.value.token;
  await keep(null);
  await unheard(call("DELETE", "/session", { session: token }));
}

/** What a reload found is held against what the store server knows. */
export async function checkSession() {
  const who = state.operator.value;
  if (who === null || state.pairing.value === null) return;
  const answer = await unheard(call("GET", "/session"));
  if (answer === null || state.operator.value?.token !== who.token) return;
  await keep({ ...answer, token: who.token, locked: answer.locked || who.locked });
}

/** Somebody who was locked out may try again at once. */
export async function letIn(operator, reason) {
  const { operator_id } = state.operator.value;
  const body = { event_id: uuid7(Date.now()), operator_id, reason };
  await call("POST", `/operators/${encodeURIComponent(operator.operator_id)}/unlock`, { body });
  state.dialog.value = null;
  state.notice.value = LOCKED_OUT.isIn(operator.name);
}

/** The number to read to head office: {challenge, left_s, left}. */
export function askChallenge({ operator_id }) {
  return call("GET", `/operators/${encodeURIComponent(operator_id)}/telephone`);
}

export async function answerChallenge({ operator_id }, answer) {
  const body = { request_id: uuid7(Date.now()), answer };
  await call("POST", `/operators/${encodeURIComponent(operator_id)}/telephone`, { body });
}

/** From now on a till that nobody touches locks itself. */
export function lockWhenIdle() {
  let touched = performance.now();
  for (const type of ["pointerdown", "keydown"]) {
    addEventListener(type, () => (touched = performance.now()), true);
  }
  setInterval(() => {
    const who = state.operator.value;
    if (who === null || who.locked) return;
    if (performance.now() - touched > who.lock_after_s * 1_000) void trying(lock);
  }, LOOK_EVERY_MS);
}

async function keep(operator) {
  await write({ operator: operator ?? undefined });
  batch(() => {
    state.operator.value = operator;
    state.signingIn.value = null;
  });
}

/** The answer, null where there is none: what was asked holds here all the same. */
async function unheard(asked) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof BoxAway || error instanceof Refused) return null;
    throw error;
  }
}
