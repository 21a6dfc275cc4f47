/** The question after a tip, where the shop takes any. */

import { doing, putBasket } from "./actions.js";
import { Choice, Field, Form } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { mayTip } from "./tips.js";
import { html } from "./ui.js";
import { TIP } from "./words_pay.js";

const ask = (minor) => doing(() => putBasket({ ...state.basket.value, tip_minor: minor }));

export function Tip() {
  if (!mayTip() || state.basket.value.payment) return null;
  const decimals = state.decimals.value;
  const often = state.linesQuote.value?.due?.quick_tips_minor ?? [];
  const asked = state.basket.value.tip_minor ?? 0;
  const told = (minor) => (minor === 0 ? TIP.none : formatMinor(minor, decimals));
  const offered = [...new Set([0, ...often, asked])];
  const submit = ({ tip }, form) => {
    const minor = parseMinor(tip, decimals);
    if (minor === null) state.problem.value = notAnAmount(tip, decimals);
    else void ask(minor).then(() => form.reset());
  };
  return html`<div class="tip">
    <h2>${TIP.title}</h2>
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
