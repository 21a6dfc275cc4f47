/** One tab sells. A browser that has Web Locks gives the till to one tab at a time; elsewhere the
 *  tabs ask each other. */

import { newToken } from "./ids.js";

const NAME = "holdfast-till";
const ANSWER_WITHIN_MS = 400;
const ASKED_MAX = 1_000_000;

/** Resolves when this tab may sell. ``onOther`` is called if another tab does; this one goes on when
 *  that one is closed. */
export function takeTill(onOther) {
  return "locks" in navigator ? byLock(onOther) : byAsking(onOther);
}

async function byLock(onOther) {
  if (await hold({ ifAvailable: true })) return;
  onOther();
  await hold({});
}

/** Whether the lock is ours; held until the tab is closed. */
function hold(options) {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(NAME, options, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise(() => {});
      })
      .catch(reject);
  });
}

/** Asks again and again until nobody answers that the till is theirs. Of two that ask at the same
 *  time, the one with the lower name has it. */
async function byAsking(onOther) {
  const channel = new BroadcastChannel(NAME);
  const name = newToken();
  let mine = false;
  let answered = false;
  channel.onmessage = ({ data }) => {
    if (data.asks !== undefined && (mine || name < data.asks)) channel.postMessage({ has: name });
    if (data.has !== undefined && !mine) answered = true;
  };
  for (let asked = 0; asked < ASKED_MAX && !mine; asked += 1) {
    answered = false;
    channel.postMessage({ asks: name });
    await new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS));
    if (answered) onOther();
    else mine = true;
  }
}
