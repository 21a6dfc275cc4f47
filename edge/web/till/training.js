/** Training: everything works and nothing counts. It begins and ends with an empty basket, so that
 *  nothing of it can be sold, nor what is to be sold be lost in it. */

import { isEmpty } from "./basket.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { computed } from "./ui.js";

/** Whether training may begin or end now. */
export const mayChange = computed(
  () => isEmpty(state.basket.value) && state.pending.value === null && state.emptied.value === null,
);

export async function changeTraining() {
  if (!mayChange.value) return;
  const training = !state.training.value;
  await write({ training: training || undefined });
  state.training.value = training;
}
