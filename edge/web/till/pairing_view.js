/** The first screen: a one-time code of `edge pair` for this till's token. */

import { doing } from "./actions.js";
import { pair } from "./day_actions.js";
import { Field, Form, Heading } from "./fields.js";
import { boxAway, link } from "./state.js";
import { html } from "./ui.js";

export function Pairing() {
  const told = link.value ?? { workstation_id: "", code: "" };
  const submit = ({ workstation, code }) =>
    doing(() => pair(workstation.trim(), code.trim()));
  return html`<section class="card narrow">
    <${Heading}>Pair this till<//>
    <p>Ask at the store server for a code: <code>edge pair W1</code>, with this till's own name in
      place of W1. It is good once, for 15 minutes.</p>
    <${Form} onSubmit=${submit}>
      <${Field} label="Workstation" name="workstation" hint="Such as W1"
        defaultValue=${told.workstation_id} autocapitalize="characters" />
      <${Field} label="Pairing code" name="code" hint="Such as 7Q4-M0K-XV2"
        defaultValue=${told.code} autocapitalize="characters" spellcheck="false" />
      <button type="submit" class="main">Pair</button>
    <//>
    <p class="quiet">A code that is wrong, used or too old pairs nothing: ask for a new one. Five
      wrong tries end a code.</p>
    ${boxAway.value && html`<p class="quiet">If an answer is lost, press Pair again with the same
      code.</p>`}
  </section>`;
}
