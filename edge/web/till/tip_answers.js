/** What the customer answers to the question after a tip, by a touch of their display: it holds as if the
 *  cashier had typed it, only while that very question stands, and before anything is paid. A window
 *  beside the till says it to this page (shown.js), a device of its own to the store box. */

import { putBasket, trying } from "./actions.js";
import { BoxAway, Refused, call } from "./api.js";
import { newToken } from "./ids.js";
import { delayMs } from "./retry.js";
import * as state from "./state.js";
import { mayTip } from "./tips.js";
import { computed, effect, signal } from "./ui.js";

/** @typedef {{question: string, tip_minor: number}} Said */

/** What was answered last, to whatever question.
 * @type {import("./state.js").Signal<Said | null>} */
export const heard = signal(null);
/** The question that stands now: its name, and what was answered last; null where none does.
 * @type {import("./state.js").Signal<{name: string, said: number | null} | null>} */
export const question = signal(null);

/** What the customer may choose beside nothing. */
export function offeredTips() {
  return state.basket.value.payment ? [] : (state.linesQuote.value?.due?.quick_tips_minor ?? []);
}

/** What they chose and holds, 0 for nothing; null where they were not asked, or the cashier typed
 *  something else since. */
export function chosenByCustomer() {
  const said = question.value?.said ?? null;
  return said === (state.basket.value.tip_minor ?? 0) ? said : null;
}

const isAsked = computed(() => {
  if (state.screen.value !== "paying" || !mayTip()) return false;
  return state.basket.value.tenders.length === 0 && offeredTips().length > 0;
});

/** From now on each time that it is asked is a question of its own. */
export function hearTips() {
  effect(() => {
    question.value = isAsked.value ? { name: newToken(), said: null } : null;
  });
  effect(() => {
    const [said, busy] = [heard.value, state.busy.value];
    if (said !== null && !busy) queueMicrotask(() => void take(said));
  });
  listenToBox();
}

/** @param {Said} said */
async function take({ question: of, tip_minor: minor }) {
  heard.value = null;
  const now = question.value;
  if (now?.name !== of || (minor !== 0 && !offeredTips().includes(minor))) return;
  question.value = { ...now, said: minor };
  await trying(() => putBasket({ ...state.basket.value, tip_minor: minor }));
}

/** While a device of its own looks. */
function listenToBox() {
  const asked = computed(() => (state.syncStatus.value?.is_watched ? (question.value?.name ?? null) : null));
  let stop = new AbortController();
  effect(() => {
    const of = asked.value;
    stop.abort();
    stop = new AbortController();
    if (of !== null) void follow(of, stop.signal);
  });
}

/** @param {string} of @param {AbortSignal} signal */
async function follow(of, signal) {
  let number = 0;
  for (let failures = 0; !signal.aborted; ) {
    try {
      const query = new URLSearchParams({ question: of, after: String(number) });
      const answer = await call("GET", `/display/answered?${query}`, { signal, quiet: true });
      failures = 0;
      number = answer.number;
      if (answer.tip_minor !== null) heard.value = { question: of, tip_minor: answer.tip_minor };
    } catch (error) {
      if (error instanceof Refused) return;
      if (!(error instanceof BoxAway)) throw error;
      failures += 1;
      const wait = delayMs(failures, Math.random());
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
