/** Training: everything works and nothing counts. It begins and ends with an empty basket, so that
 *  nothing of it can be sold, nor what is to be sold be lost in it. A basket that was emptied just now
 *  is not waited for: it comes back no more. */

import { isEmpty } from "./basket.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { batch, computed } from "./ui.js";

/** Whether training may begin or end now. */
export const mayChange = computed(
  () => isEmpty(state.basket.value) && state.pending.value === null,
);

export async function changeTraining() {
  if (!mayChange.value) return;
  const training = !state.training.value;
  await write({ training: training || undefined });
  batch(() => {
    state.emptied.value = null;
    state.training.value = training;
  });
}
