/** Chooses the language: for who is signed in, on this workstation; where nobody is, for whoever
 *  comes to it. */

import { LANGUAGES, language } from "./language.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { batch, effect } from "./ui.js";

/** The next one. */
export async function speakAnother() {
  const another = LANGUAGES[(LANGUAGES.indexOf(language.value) + 1) % LANGUAGES.length];
  const { here, by } = state.languages.value;
  const who = state.operator.value?.operator_id;
  const chosen = who === undefined ? { here: another, by } : { here, by: { ...by, [who]: another } };
  batch(() => {
    state.languages.value = chosen;
    for (const each of [state.found, state.notice, state.problem]) each.value = null; // said in the other
  });
  await write({ languages: chosen });
}

/** From now on the document says in which language it is. */
export function markLanguage() {
  effect(() => {
    document.documentElement.lang = language.value;
  });
}
