/** Cash that moves without a sale, and a drawer that is counted: each under an id that is made first.
 *  What was not answered is sent again in the same bytes, so that it is one act. */

import { byOperator } from "./actions.js";
import { Refused, call } from "./api.js";
import { uuid7 } from "./ids.js";
import { askBeyond } from "./override.js";
import { refreshIfAnswered } from "./refresh.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { batch } from "./ui.js";
import { CASH } from "./words_cash.js";
import { HANDOVER } from "./words_handover.js";

/** What leaves nothing to count beside the cash. */
const UNCOUNTED = new Set(["cash", "points"]);
/** More of one note or coin lie in no drawer (edge/domain/cash.py). */
const PIECES_MAX = 1_000_000;

let unanswered = null;

/** ``kind``: loan, pickup, paid_in or paid_out; the amount is above 0 whichever way it goes.
 *  ``pieces``: its notes and coins, where they were told; ``withSafe``: what is paid in or out comes
 *  from the safe or goes there. Whoever may not do it alone is allowed by somebody else, for this
 *  movement. The printer opens the drawer. Throws BoxAway, Refused. */
export async function moveCash(kind, amountMinor, reason, pieces, withSafe) {
  const moved = { kind, amount_minor: amountMinor, reason, pieces, with_safe: withSafe };
  const { by_printer } = await once("movement_id", "moves", moved);
  state.notice.value = CASH.moved[kind](formatMinor(amountMinor, state.decimals.value));
  if (by_printer === false) state.problem.value = CASH.out;
}

/** @typedef {{to: {operator_id: string, name: string}, reason: string}} Handing who takes the till, why */

/** What lies in the drawer by ``pieces`` ({face_minor, count}), by a sum, or both, and the slips of
 *  ``tenders`` ({tender_id, counted_minor}); ``handing``: for somebody who takes it over. What was
 *  expected is told with the answer and never before; the till stays open. Throws BoxAway, Refused.
 * @param {Handing | null} [handing] */
export async function countDrawer(countedMinor, pieces, tenders, handing = null) {
  const sum = countedMinor === null ? {} : { counted_cash_minor: countedMinor };
  const counted = await once("count_id", "counts", { ...sum, pieces, tenders });
  state.dialog.value = { name: "counted", counted, handing };
}

/** The open till goes to somebody else, with a count that was made for that or without; who takes it
 *  signs in next. Throws BoxAway, Refused.
 * @param {Handing["to"]} to @param {{reason: string, count_id?: string}} how */
export async function handOver(to, { reason, count_id }) {
  const said = { ...(reason === "" ? {} : { reason }), ...(count_id === undefined ? {} : { count_id }) };
  await once("handover_id", "hand-over", { to_operator_id: to.operator_id, ...said });
  await refreshIfAnswered();
  const { operator_id, name } = to;
  batch(() => {
    state.dialog.value = null;
    state.notice.value = HANDOVER.given(name);
    const isHere = state.operator.value.operator_id === operator_id;
    if (!isHere) state.signingIn.value = { operator_id, name };
  });
}

/** Ways to pay that leave slips to count. */
export function countedTenders() {
  return state.till.value.tenders.filter(({ kind }) => !UNCOUNTED.has(kind));
}

/** {10000: "2"} -> [{face_minor: 10000, count: 2}]; null where one of the texts is no number. */
export function piecesOf(faces, typed) {
  const found = [];
  for (const face of faces) {
    const text = (typed[face] ?? "").trim();
    if (text === "") continue;
    const count = /^\d{1,7}$/.test(text) ? Number(text) : PIECES_MAX + 1;
    if (count > PIECES_MAX) return null;
    if (count > 0) found.push({ face_minor: face, count });
  }
  return found;
}

/** What they come to, in minor units. */
export function worthOf(pieces) {
  return pieces.reduce((sum, { face_minor, count }) => sum + face_minor * count, 0);
}

async function once(idName, what, fields) {
  const path = `/till-sessions/${state.till.value.till_session.till_session_id}/${what}`;
  const key = JSON.stringify([path, byOperator(fields)]);
  if (unanswered?.key !== key) {
    unanswered = { key, body: { [idName]: uuid7(Date.now()), ...byOperator(fields) } };
  }
  try {
    const answer = await withWord(path);
    unanswered = null;
    return answer;
  } catch (error) {
    if (error instanceof Refused) unanswered = null;
    throw error;
  }
}

/** Once more with an override, where what is asked is beyond who asks, or that much of it. */
async function withWord(path) {
  try {
    return await call("POST", path, { body: unanswered.body });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const overrideId = await askBeyond(error);
    if (overrideId === null) throw error;
    unanswered.body = { ...unanswered.body, override_id: overrideId };
    return call("POST", path, { body: unanswered.body });
  }
}
