/** Asks the store server how it stands with head office, and so learns whether it answers. */

import { BoxAway, Refused, call } from "./api.js";
import { refresh } from "./actions.js";
import * as state from "./state.js";

const EVERY_MS = 10_000;
const WHILE_AWAY_MS = 2_000;

/** From now on, for as long as the page is open. */
export async function watchStatus() {
  await look();
  setTimeout(watchStatus, state.boxAway.value ? WHILE_AWAY_MS : EVERY_MS);
}

async function look() {
  if (state.pairing.value === null) return;
  const wasAway = state.boxAway.value;
  try {
    state.syncStatus.value = await call("GET", "/sync");
    if (wasAway || state.till.value === null) await refresh();
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
  }
}
