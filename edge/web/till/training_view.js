/** The striped frame around everything, and what it means. */

import { trying } from "./actions.js";
import * as state from "./state.js";
import { changeTraining, mayChange } from "./training.js";
import { html } from "./ui.js";
import { TRAINING } from "./words_training.js";

export function TrainingFrame() {
  if (!state.training.value) return null;
  const end = () => trying(changeTraining);
  return html`<div class="training-frame" aria-hidden="true"></div>
    <p class="training" role="status" data-testid="training">
      <strong>${TRAINING.title}</strong> <span>${TRAINING.what}</span>
      ${state.atWork.value && html`<button type="button" disabled=${!mayChange.value} onClick=${end}>
        ${TRAINING.end}
      </button>`}
    </p>`;
}
