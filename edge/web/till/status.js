/** Asks the store server how it stands with head office, and so learns whether it answers. */

import { BoxAway, Refused, call } from "./api.js";
import { giveBack } from "./giving_back.js";
import { language } from "./language.js";
import { refresh } from "./refresh.js";
import * as state from "./state.js";
import { effect } from "./ui.js";

const EVERY_MS = 10_000;
const WHILE_AWAY_MS = 2_000;

let timer = 0;

/** From now on: at once when the till is paired, speaks another language or the store server is away,
 *  then at intervals. */
export function watchStatus() {
  effect(() => {
    const away = state.boxAway.value;
    if (state.pairing.value === null || language.value === "") return;
    clearTimeout(timer);
    timer = setTimeout(look, away ? WHILE_AWAY_MS : 0);
  });
}

/** Another store box answers, or this one began anew: what is open there may be something else. */
function isAnother({ epoch }) {
  return state.till.value.epoch !== epoch;
}

/** At once, not when it is due. */
export function askStatus() {
  return look();
}

async function look() {
  clearTimeout(timer);
  const wasAway = state.boxAway.value;
  try {
    const status = await call("GET", "/sync");
    state.syncStatus.value = status;
    if (wasAway || state.till.value === null || isAnother(status)) await refresh();
    void giveBack(status);
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
  }
  clearTimeout(timer);
  timer = setTimeout(look, state.boxAway.value ? WHILE_AWAY_MS : EVERY_MS);
}
