/** Too many wrong PINs: how long it takes, and who lets in sooner. The shop itself is never closed
 *  by it: somebody else signs in. */

import { doing } from "./actions.js";
import { Field, Form, Heading } from "./fields.js";
import { answerChallenge, askChallenge } from "./session.js";
import * as state from "./state.js";
import { clock } from "./text.js";
import { html, useEffect, useState } from "./ui.js";
import { LOCKED_OUT } from "./words_people.js";

const TICK_MS = 1_000;

export function LockedOut({ who, until }) {
  const left = useSecondsUntil(until);
  const [asked, setAsked] = useState(null);
  const choose = () => (state.signingIn.value = "somebody");
  const again = () => (state.signingIn.value = { operator_id: who.operator_id, name: who.name });
  const call = () => doing(async () => setAsked(await askChallenge(who)));
  return html`<section class="card narrow">
    <${Heading}>${LOCKED_OUT.title(who.name)}<//>
    <p>${LOCKED_OUT.why}</p>
    <ul>
      <li role="timer">${left > 0 ? LOCKED_OUT.wait(clock(left)) : LOCKED_OUT.over}</li>
      <li>${LOCKED_OUT.manager}</li>
    </ul>
    ${asked !== null && html`<${Telephone} who=${who} asked=${asked} onIn=${again} />`}
    <div class="row">
      <button type="button" class="main" disabled=${left > 0} onClick=${again}>
        ${LOCKED_OUT.tryAgain}
      </button>
      ${asked === null &&
      html`<button type="button" onClick=${call}>${LOCKED_OUT.telephone}</button>`}
      <button type="button" onClick=${choose}>${LOCKED_OUT.another}</button>
    </div>
  </section>`;
}

function Telephone({ who, asked, onIn }) {
  const submit = async ({ answer }) => {
    const digits = answer.replace(/\D/g, "");
    if (!(await doing(() => answerChallenge(who, digits)))) return;
    onIn();
    state.notice.value = LOCKED_OUT.isIn(who.name);
  };
  const halves = [asked.challenge.slice(0, 4), asked.challenge.slice(4)];
  return html`<${Form} onSubmit=${submit}>
    <p>${LOCKED_OUT.read}</p>
    <p class="amount" data-testid="challenge">${halves.join(" ")}</p>
    <${Field} label=${LOCKED_OUT.answer} hint=${LOCKED_OUT.answerHint} name="answer"
      inputmode="numeric" maxlength="12" first />
    <button type="submit" class="main">${LOCKED_OUT.letIn}</button>
  <//>`;
}

function useSecondsUntil(until) {
  const now = () => Math.max(0, Math.ceil((until - Date.now()) / TICK_MS));
  const [left, setLeft] = useState(now());
  useEffect(() => {
    const timer = setInterval(() => setLeft(now()), TICK_MS);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}
