/** One tab sells. A browser that has Web Locks gives the till to one tab at a time; elsewhere the
 *  tabs ask each other. */

const NAME = "holdfast-till";
const ANSWER_WITHIN_MS = 400;

/** Resolves when this tab may sell. ``onOther`` is called if another tab does: with Web Locks this
 *  tab goes on as soon as that one is closed. */
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

function byAsking(onOther) {
  const channel = new BroadcastChannel(NAME);
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      channel.onmessage = ({ data }) => data === "who?" && channel.postMessage("me");
      resolve();
    }, ANSWER_WITHIN_MS);
    channel.onmessage = ({ data }) => {
      if (data !== "me") return;
      clearTimeout(timer);
      onOther();
    };
    channel.postMessage("who?");
  });
}
