/** Pairing, the business day and the till session: one verb each. */

import { byOperator } from "./actions.js";
import { Refused, call } from "./api.js";
import { newToken, uuid7 } from "./ids.js";
import { tryAgain } from "./outbox.js";
import { allowed } from "./override.js";
import { refresh, refreshIfAnswered } from "./refresh.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { batch } from "./ui.js";
import { DAY } from "./words_day.js";

/** The token is made and kept first, so that an answer that is lost can be asked for again. Whoever
 *  was signed in is so no more. */
export async function pair(workstationId, code) {
  const kept = state.asking.value;
  const same = kept !== null && kept.workstation_id === workstationId && kept.code === code;
  const asked = same ? kept : { workstation_id: workstationId, code, token: newToken() };
  await write({ asking: asked });
  state.asking.value = asked;
  const answer = await call("POST", "/pair", { body: asked });
  const pairing = {
    workstation_id: answer.workstation_id,
    token: answer.token,
    store_code: answer.store_code,
  };
  await write({ pairing, asking: undefined, operator: undefined });
  batch(() => {
    state.till.value = null;
    state.operator.value = null;
    state.pairing.value = pairing;
    state.asking.value = null;
    state.link.value = null;
  });
  await refresh();
  tryAgain();
}

/** An act under an id of its own. What was not answered is sent again in the same bytes, so that it
 *  is the same act. */
let unanswered = null;
function act(permission, subject, path, fields = {}) {
  return allowed(permission, subject, (overrideId) =>
    ask(path, overrideId === null ? fields : { ...fields, override_id: overrideId }),
  );
}

async function ask(path, fields) {
  const key = JSON.stringify([path, byOperator(fields)]);
  if (unanswered?.key !== key) {
    const body = JSON.stringify(byOperator({ event_id: uuid7(Date.now()), ...fields }));
    unanswered = { key, body };
  }
  try {
    const answer = await afterwards(call("POST", path, { body: unanswered.body }));
    unanswered = null;
    return answer;
  } catch (error) {
    if (error instanceof Refused) unanswered = null;
    throw error;
  }
}

/** What the store server wants a manager's reason for. */
/** @type {Map<string, "reason" | "reopen">} */
const ASKED_ABOUT = new Map([
  ["business-day-too-early", "reason"],
  ["business-day-far", "reason"],
  ["business-day-closed", "reopen"],
]);

/** ``told``: what is said of a day that is asked about: its date, and why it is meant. */
export async function openDay(told = {}) {
  const date = told.business_date ?? state.till.value.today;
  try {
    const permission = told.override_reason === undefined ? "open_day" : "reopen_day";
    await act(permission, date, "/business-days", told);
    state.dayAsked.value = null;
  } catch (error) {
    const why = error instanceof Refused ? ASKED_ABOUT.get(error.slug) : undefined;
    if (why !== undefined) state.dayAsked.value = { why, date };
    throw error;
  }
}

/** A day that was closed by mistake goes on. */
export async function reopenDay(date, reason) {
  await act("reopen_day", date, `/business-days/${date}/reopen`, { reason });
  state.dayAsked.value = null;
  state.notice.value = DAY.isOpenAgain(date);
}

/** The session's id is kept first, so that a repeat opens no second one; it is one request's alone,
 *  and gone when that was answered. One that was open at a store box that is gone is carried on. */
export async function openTill(floatMinor, pieces) {
  const carried = state.carried.value;
  const asked = byOperator({ float_minor: floatMinor, pieces });
  if (carried !== null) asked.carried_id = carried.till_session_id;
  const kept = state.opening.value;
  const same =
    kept !== null &&
    kept.float_minor === floatMinor &&
    JSON.stringify(kept.pieces) === JSON.stringify(pieces) &&
    kept.operator_id === asked.operator_id &&
    kept.carried_id === asked.carried_id;
  const opening = same ? kept : { ...asked, till_session_id: uuid7(Date.now()) };
  try {
    await allowed("open_till", opening.till_session_id, (overrideId) => begin(opening, overrideId));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await keepOpening(null);
    if (error.slug === "till-session-not-carried") await carryNothing();
    throw error;
  }
  await keepOpening(null);
}

/** Somebody says that it was settled before: the till is opened as ever. */
export async function carryNothing() {
  const settledBefore = state.carried.value?.till_session_id;
  await write({ drawer: undefined, settledBefore });
  batch(() => {
    state.drawer.value = null;
    state.settledBefore.value = settledBefore ?? null;
  });
}

async function begin(opening, overrideId) {
  const body = overrideId === null ? opening : { ...opening, override_id: overrideId };
  await keepOpening(body);
  return afterwards(call("POST", "/till-sessions", { body }));
}

async function keepOpening(opening) {
  await write({ opening: opening ?? undefined });
  state.opening.value = opening;
}

/** Whatever was answered, what is open may have changed: ask. */
async function afterwards(answered) {
  try {
    return await answered;
  } finally {
    await refreshIfAnswered();
  }
}

/** ``counted``: the cash as a sum, or by which count; only the answer says what was expected.
 * @param {{counted_cash_minor: number} | {count_id: string}} counted */
export async function settleTill(counted) {
  const session = state.till.value.till_session;
  const path = `/till-sessions/${session.till_session_id}/settle`;
  const settled = await act("settle_till", session.till_session_id, path, counted);
  await keepOpening(null);
  state.dialog.value = { name: "settled", settled };
  state.place.value = "selling";
}

/** ``cancelSuspended``: baskets that wait are given up with it. */
export async function closeDay(cancelSuspended) {
  const date = state.till.value.business_day.business_date;
  const more = cancelSuspended ? { cancel_suspended: true } : {};
  await act("close_day", date, `/business-days/${date}/close`, more);
  state.dayAsked.value = { why: "closed", date };
}
