/** The question after a tip, where the shop takes any. */

import { doing, putBasket } from "./actions.js";
import { Choice, Field, Form } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import { isShown } from "./shown.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { chosenByCustomer, offeredTips, question } from "./tip_answers.js";
import { mayTip } from "./tips.js";
import { html } from "./ui.js";
import { TIP } from "./words_pay.js";

const ask = (minor) => doing(() => putBasket({ ...state.basket.value, tip_minor: minor }));

/** What the customer is asked at their display, and answered there. */
function ByCustomer() {
  const said = chosenByCustomer();
  if (said === null && (question.value === null || !isShown.value)) return null;
  const chose = said === 0 ? TIP.saidNone : TIP.said(formatMinor(said ?? 0, state.decimals.value));
  return html`<p role="status" data-testid="tip-said" class=${said === null ? "quiet" : "notice"}>
    ${said === null ? TIP.onDisplay : chose}
  </p>`;
}

export function Tip() {
  if (!mayTip() || state.basket.value.payment) return null;
  const decimals = state.decimals.value;
  const asked = state.basket.value.tip_minor ?? 0;
  const told = (minor) => (minor === 0 ? TIP.none : formatMinor(minor, decimals));
  const often = offeredTips();
  const offered = [...new Set([0, ...often, asked])];
  const submit = ({ tip }, form) => {
    const minor = parseMinor(tip, decimals);
    if (minor === null) state.problem.value = notAnAmount(tip, decimals);
    else void ask(minor).then(() => form.reset());
  };
  return html`<div class="tip">
    <h2>${TIP.title}</h2>
    <${ByCustomer} />
    <div class="row" role="group" aria-label=${TIP.title}>
      ${offered.map((minor) => html`<${Choice} key=${minor} label=${told(minor)}
        on=${minor === asked} choose=${() => ask(minor)} then=".kinds ~ *" />`)}
    </div>
    <${Form} onSubmit=${submit}>
      <${Field} label=${TIP.other} name="tip" inputmode="decimal" />
      <button type="submit">${TIP.add}</button>
    <//>
  </div>`;
}
