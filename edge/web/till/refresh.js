/** What the store server says of the store, this workstation, the day and the till: kept, so that a
 *  reload shows it while the store server is down. */

import { BoxAway, Refused, call } from "./api.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { batch } from "./ui.js";

/** Throws BoxAway, Refused. */
export async function refresh() {
  const answer = await call("GET", "/till");
  await write({ till: answer });
  batch(() => {
    state.till.value = answer;
    const who = state.operator.value;
    const works = answer.operators.some((each) => each.operator_id === who?.operator_id);
    if (who !== null && !works) state.operator.value = null;
  });
}

/** The same, where what was known may stand for a while. */
export async function refreshIfAnswered() {
  try {
    await refresh();
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
  }
}
