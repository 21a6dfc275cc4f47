/** Who is at the till: a name, then its PIN. Over a locked till, too: whoever locked it goes on, or
 *  somebody else takes over; the basket stays. */

import { trying } from "./actions.js";
import { Heading, useFocus } from "./fields.js";
import { LockedOut } from "./locked_out_view.js";
import { Pin } from "./pin_view.js";
import { signIn } from "./session.js";
import * as state from "./state.js";
import { html, useState } from "./ui.js";
import { SIGN_IN } from "./words_people.js";

const FIELD_FROM = 9;
/** From so many on a name is narrowed down by typing. */

export function SignIn() {
  const { operator, signingIn } = state;
  const locked = operator.value?.locked ? operator.value : null;
  const chosen = signingIn.value ?? locked;
  if (chosen === null || chosen === "somebody") return html`<${Names} />`;
  const until = chosen.waits_until;
  if (until !== undefined) return html`<${LockedOut} who=${chosen} until=${until} />`;
  return html`<${ByPin} who=${chosen} locked=${chosen === locked} key=${chosen.operator_id} />`;
}

function Names() {
  const { operator, signingIn, till } = state;
  const [part, setPart] = useState("");
  const field = useFocus();
  const { operators } = till.value;
  const wanted = part.trim().toLowerCase();
  const found = operators.filter(({ name }) => name.toLowerCase().includes(wanted));
  const back = operator.value !== null && !operator.value.locked;
  return html`<section class="card narrow wide">
    <${Heading}>${SIGN_IN.who}<//>
    ${operators.length >= FIELD_FROM &&
    html`<div class="field">
      <label for="narrow">${SIGN_IN.narrow}</label>
      <input id="narrow" type="text" autocomplete="off" ref=${field} value=${part}
        onInput=${(event) => setPart(event.currentTarget.value)} />
    </div>`}
    <div class="choices people">
      ${found.map(
        ({ operator_id, name, role, has_pin }) => html`<button type="button" key=${operator_id}
          disabled=${!has_pin} onClick=${() => (signingIn.value = { operator_id, name })}>
          <strong>${name}</strong><small>${has_pin ? role : SIGN_IN.noPin}</small>
        </button>`,
      )}
    </div>
    ${operators.length === 0 && html`<p>${SIGN_IN.nobody}</p>`}
    ${operators.length > 0 && found.length === 0 && html`<p>${SIGN_IN.noneFound}</p>`}
    ${back &&
    html`<button type="button" onClick=${() => (signingIn.value = null)}>${SIGN_IN.back}</button>`}
  </section>`;
}

function ByPin({ who, locked }) {
  const { basket, signingIn } = state;
  const enter = (pin) => void proving(() => signIn(who, pin), who);
  return html`<section class="card narrow">
    <${Heading}>${SIGN_IN.pin(who.name)}<//>
    ${locked && html`<p>${SIGN_IN.locked(who.name)}</p>`}
    ${basket.value.lines.length > 0 && html`<p class="quiet">${SIGN_IN.basketStays}</p>`}
    <${Pin} label=${SIGN_IN.pinLabel} press=${locked ? SIGN_IN.unlock : SIGN_IN.enter}
      onPin=${enter} busy=${state.busy.value} />
    <button type="button" onClick=${() => (signingIn.value = "somebody")}>
      ${SIGN_IN.another}
    </button>
  </section>`;
}

/** Whoever is locked out gets a screen of their own, with what lets them in. */
async function proving(verb, who) {
  if (state.busy.value) return;
  state.busy.value = true;
  await trying(verb);
  state.busy.value = false;
  const { value: problem } = state.problem;
  if (problem === null || !String(problem.type).endsWith(":locked-out")) return;
  state.problem.value = null;
  const { operator_id, name } = who;
  state.signingIn.value = { operator_id, name, waits_until: Date.now() + problem.wait_s * 1_000 };
}
