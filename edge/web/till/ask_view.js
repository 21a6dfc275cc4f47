/** What the store server asks for before a basket can be paid: proof of age, a serial number, a lot;
 *  and a note on a line. */

import { changeLines, removeLine, trying } from "./actions.js";
import { Field, Form } from "./fields.js";
import { focusScan } from "./focus.js";
import { Modal } from "./modal.js";
import * as state from "./state.js";
import { html } from "./ui.js";
import { useScanned } from "./value_view.js";
import { ASK, NOTE, PARK } from "./words_park.js";

const close = () => (state.dialog.value = null);

function keep(keys, changes) {
  close();
  return trying(() => changeLines(keys, changes)).then(focusScan);
}

/** The first question of the quote; its answer brings a quote with the next. */
export function AskDialog() {
  const prompts = state.linesQuote.value?.prompts ?? [];
  const [prompt] = prompts;
  const line = state.basket.value.lines[(prompt?.line_no ?? 0) - 1];
  if (line === undefined) {
    queueMicrotask(close);
    return null;
  }
  const out = () => {
    close();
    return trying(() => removeLine(line.key)).then(focusScan);
  };
  return html`<${Modal} label=${ASK[prompt.asks]} onClose=${close}>
    <h2>${ASK[prompt.asks]}: ${line.name}</h2>
    ${prompt.asks === "age"
      ? html`<${Age} prompt=${prompt} prompts=${prompts} />`
      : html`<${Told} asks=${prompt.asks} line_key=${line.key} />`}
    <div class="row">
      <button type="button" onClick=${out}>${ASK.takeOut}</button>
      <button type="button" onClick=${close}>${PARK.back}</button>
    </div>
  <//>`;
}

/** What stands on the goods, or on the card: scanned or typed. */
function Told({ asks, line_key: key }) {
  const tell = (text) => text.trim() !== "" && keep([key], { [asks]: text.trim() });
  useScanned(tell);
  return html`<${Form} onSubmit=${({ told }) => tell(told)}>
    <${Field} label=${ASK[asks]} name="told" first required maxlength="64" />
    <button type="submit" class="main">${ASK.take}</button>
  <//>`;
}

/** One proof is of all lines that ask for no more years. */
function Age({ prompt, prompts }) {
  const { lines } = state.basket.value;
  const same = prompts.filter((each) => each.asks === "age" && each.age_years <= prompt.age_years);
  const keys = same.map(({ line_no }) => lines[line_no - 1]?.key);
  return html`<p>${ASK.ageOf(prompt.age_years)}</p>
    <button type="button" class="main" autofocus
      onClick=${() => keep(keys, { age_checked: prompt.age_years })}>${ASK.seen}</button>`;
}

export function NoteDialog({ line_key: key }) {
  const line = state.basket.value.lines.find((each) => each.key === key);
  if (line === undefined) {
    queueMicrotask(close);
    return null;
  }
  const submit = ({ note }) => keep([key], { note: note.trim() === "" ? undefined : note.trim() });
  return html`<${Modal} label=${NOTE.toolName(line.name)} onClose=${close}>
    <h2>${NOTE.toolName(line.name)}</h2>
    <${Form} onSubmit=${submit}>
      <${Field} label=${NOTE.tool} name="note" first maxlength="200" defaultValue=${line.note} />
      <div class="row">
        <button type="submit" class="main">${NOTE.take}</button>
        <button type="button" onClick=${close}>${PARK.back}</button>
      </div>
    <//>
  <//>`;
}
