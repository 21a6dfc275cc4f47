/** What the store server says of the store, this workstation, the day and the till: kept, so that a
 *  reload shows it while the store server is down. */

import { BoxAway, Refused, call } from "./api.js";
import { EMPTY, isEmpty } from "./basket.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { batch } from "./ui.js";
import { FOUND_AGAIN } from "./words.js";

/** Throws BoxAway, Refused. */
export async function refresh() {
  const answer = await everyPage(await call("GET", "/till"), (path) => call("GET", path));
  const moved = state.home.value !== null && state.home.value !== answer.store_id;
  if (moved) await leaveStore();
  const drawer = drawerAfter(answer);
  await write({ till: answer, drawer: drawer ?? undefined });
  batch(() => {
    state.till.value = answer;
    state.drawer.value = drawer;
    state.home.value = answer.store_id;
    const who = state.operator.value;
    const works = answer.operators.some((each) => each.operator_id === who?.operator_id);
    if (who !== null && !works) state.operator.value = null;
  });
}

/** What is open here. Where nothing is: what was, if another epoch than that answers, which knows
 *  nothing of it; or what receipts say that came home, unless somebody has said that it was settled. */
function drawerAfter({ store_id, workstation_id, epoch, till_session: open, left_open: left }) {
  const here = { store_id, workstation_id };
  if (open !== null) {
    const { till_session_id, business_date } = open;
    return { till_session_id, business_date, ...here, epoch };
  }
  const was = state.drawer.value;
  const mine = was?.store_id === store_id && was.workstation_id === workstation_id;
  if (mine && was.epoch !== epoch) return was;
  if (left == null || left.till_session_id === state.settledBefore.value) return null;
  return { ...left, ...here, epoch: null };
}

/** The answer of GET /till with every operator and tender: long lists come by pages, which ``ask``
 *  gives by their path. Throws BoxAway, Refused. */
export async function everyPage(answer, ask) {
  for (const name of ["operators", "tenders"]) {
    const wanted = answer[name].length + (answer[`${name}_left`] ?? 0);
    while (answer[name].length < wanted) {
      const more = await ask(`/till/${name}?offset=${answer[name].length}`);
      if (more.length === 0) break;
      answer[name].push(...more);
    }
  }
  return answer;
}

/** The same, where what was known may stand for a while. */
export async function refreshIfAnswered() {
  try {
    await refresh();
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
  }
}

/** This till was paired with another store: nothing that was begun there may be sold here. */
async function leaveStore() {
  const left = { pending: state.pending.value, basket: state.basket.value };
  const begun = left.pending !== null || !isEmpty(left.basket);
  await write({
    left,
    basket: EMPTY,
    pending: undefined,
    opening: undefined,
    operator: undefined,
    seen: undefined,
    showing: undefined,
  });
  batch(() => {
    state.basket.value = EMPTY;
    state.found.value = null;
    for (const each of [state.pending, state.opening, state.operator, state.seen, state.receipt]) {
      each.value = null;
    }
    if (begun) state.notice.value = FOUND_AGAIN.setAside;
  });
}
