/** The drawer without a sale: under an id that is made first. What was not answered is sent again in
 *  the same bytes, so that it is one opening. */

import { byOperator } from "./actions.js";
import { Refused, call } from "./api.js";
import { uuid7 } from "./ids.js";
import { allowed } from "./override.js";
import * as state from "./state.js";
import { DRAWER } from "./words_drawer.js";

let unanswered = null;

/** Whoever may not do it alone is allowed by somebody else, for this opening. Throws BoxAway,
 *  Refused. */
export async function openDrawer(reason) {
  const asked = byOperator({ reason });
  const same = unanswered?.operator_id === asked.operator_id && unanswered.reason === reason;
  if (!same) unanswered = { event_id: uuid7(Date.now()), ...asked };
  let by_printer;
  try {
    by_printer = (await allowed("no_sale", unanswered.event_id, send)).by_printer;
  } catch (error) {
    if (error instanceof Refused) unanswered = null;
    throw error;
  }
  unanswered = null;
  if (by_printer === false) state.problem.value = DRAWER.out;
  else state.notice.value = by_printer ? DRAWER.kicked : DRAWER.opened;
}

function send(overrideId) {
  if (overrideId !== null) unanswered = { ...unanswered, override_id: overrideId };
  return call("POST", "/drawer", { body: unanswered });
}
