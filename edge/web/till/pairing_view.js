/** The first screen: a one-time code of `edge pair` for this till's token. */

import { doing } from "./actions.js";
import { pair } from "./day_actions.js";
import { Field, Form, Heading } from "./fields.js";
import { boxAway, link } from "./state.js";
import { html } from "./ui.js";
import { PAIRING } from "./words_day.js";

export function Pairing() {
  const told = link.value ?? { workstation_id: "", code: "" };
  const submit = ({ workstation, code }) =>
    doing(() => pair(workstation.trim(), code.trim()));
  return html`<section class="card narrow">
    <${Heading}>${PAIRING.title}<//>
    <p>${PAIRING.ask(html`<code>edge pair W1</code>`)}</p>
    <${Form} onSubmit=${submit}>
      <${Field} label=${PAIRING.workstation} name="workstation" hint=${PAIRING.workstationHint}
        defaultValue=${told.workstation_id} autocapitalize="characters" />
      <${Field} label=${PAIRING.code} name="code" hint=${PAIRING.codeHint}
        defaultValue=${told.code} autocapitalize="characters" spellcheck="false" />
      <button type="submit" class="main">${PAIRING.pair}</button>
    <//>
    <p class="quiet">${PAIRING.wrongCodes}</p>
    ${boxAway.value && html`<p class="quiet">${PAIRING.lost}</p>`}
  </section>`;
}
