/** How long to wait before the next attempt: doubled with each failure, with jitter, bounded. */

const FIRST_MS = 400;
const LONGEST_MS = 8_000;
const DOUBLINGS_MAX = 10;

/** ``jitter`` in [0, 1): from half of the delay to all of it. */
export function delayMs(failures, jitter) {
  const doubled = FIRST_MS * 2 ** Math.min(failures - 1, DOUBLINGS_MAX);
  const longest = Math.min(doubled, LONGEST_MS);
  return Math.round(longest / 2 + (longest / 2) * jitter);
}

/** A pause that ``wake`` ends early. */
export class Pause {
  /** @type {(() => void) | null} */
  #end = null;

  /** @returns {Promise<void>} */
  wait(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake() {
    this.#end?.();
  }
}
