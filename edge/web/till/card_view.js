/** A tender that somebody else pays: its amount, then what became of it, in words that say what not
 *  to do; and the payments of before that no receipt has. */

import { doing, trying } from "./actions.js";
import {
  acceptPayment,
  askAgain,
  beginPayment,
  giveUpPayment,
  readUnfinished,
  voidPayment,
} from "./card.js";
import { Field, Form } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { tipBy } from "./tips.js";
import { html, useEffect, useState } from "./ui.js";
import { CARD } from "./words_card.js";

const money = (minor) => formatMinor(minor, state.decimals.value);

/** How much the terminal or the code is asked for. */
export function Elsewhere({ tender }) {
  const { currentQuote, decimals } = state;
  const goods = currentQuote.value?.due?.left_minor;
  const left = goods === undefined ? undefined : goods + tipBy(tender);
  const submit = ({ amount }) => {
    const minor = parseMinor(amount, decimals.value);
    if (minor === null || minor <= 0) state.problem.value = notAnAmount(amount, decimals.value);
    else void doing(() => beginPayment(tender, minor));
  };
  return html`<${Form} key=${left} onSubmit=${submit}>
    <${Field} label=${CARD.amount(tender.name)} name="amount" inputmode="decimal" first
      defaultValue=${left === undefined ? "" : money(left).replaceAll(",", "")} />
    <button type="submit" class="main" disabled=${currentQuote.value === null}>
      ${tender.through === "paynow" ? CARD.show : CARD.charge(tender.name)}
    </button>
  <//>`;
}

/** The payment that is open now. */
export function PaymentNow() {
  const payment = state.basket.value.payment;
  if (!payment) return null;
  const known = state.payment.value;
  const tender = state.till.value.tenders.find((each) => each.tender_id === payment.tender_id);
  const name = tender?.name ?? payment.tender_id;
  const amount = money(payment.amount_minor);
  if (known?.state === "shown") return html`<${Shown} payment=${known} name=${name} />`;
  const unknown = known?.state === "unknown";
  const say = payment.refunds === undefined ? CARD : CARD.refund;
  return html`<div class="payment ${unknown ? "unknown" : ""}" role="status" data-testid="payment">
    <h2>${unknown ? say.unknown : say.asked(name, amount)}</h2>
    <p>${unknown ? say.whyUnknown(name, amount, known.reference) : say.waiting}</p>
    <div class="row">
      ${unknown && html`<button type="button" class="main" onClick=${() => doing(askAgain)}>
        ${CARD.again}
      </button>`}
      ${known !== null && html`<button type="button" onClick=${() => trying(giveUpPayment)}>
        ${CARD.giveUp}
      </button>`}
    </div>
  </div>`;
}

function Shown({ payment, name }) {
  const { size, path } = payment.code;
  return html`<div class="payment shown" role="status" data-testid="payment">
    <h2>${name} ${money(payment.amount_minor)}</h2>
    <svg class="code" role="img" aria-label=${CARD.code} viewBox=${`0 0 ${size} ${size}`}
      shape-rendering="crispEdges" data-text=${payment.shown}>
      <rect width=${size} height=${size} class="paper" /><path d=${path} class="ink" />
    </svg>
    <p>${CARD.scanIt(payment.reference)}</p>
    <div class="row">
      <button type="button" class="main" onClick=${() => doing(() => acceptPayment("confirmed"))}>
        ${CARD.confirmed}
      </button>
      <button type="button" onClick=${() => doing(() => acceptPayment("on_sight"))}>
        ${CARD.onSight}
      </button>
      <button type="button" onClick=${() => doing(giveUpPayment)}>${CARD.notPaid}</button>
    </div>
  </div>`;
}

/** Payments and refunds of before whose receipt never came, and what became of each. Nobody pressed
 *  anything to look for them, so it takes no problem off the page. */
export function Unfinished() {
  const [found, setFound] = useState([]);
  const [looks, setLooks] = useState(0);
  const { tenders, payment } = state.basket.value;
  useEffect(() => {
    let shown = true;
    void readUnfinished().then((read) => shown && read !== null && setFound(read));
    return () => (shown = false);
  }, [looks, tenders.length, payment === undefined]);
  if (found.length === 0) return null;
  const undo = (one) => doing(() => voidPayment(one)).then(() => setLooks(looks + 1));
  return html`<section class="unfinished" data-testid="unfinished">
    <h2>${CARD.unfinished}</h2>
    <ul class="lines">
      ${found.map((one) => html`<li key=${one.attempt_id}>
        <span class="name">${CARD.states[one.state]}</span>
        <span class="amount">${money(one.amount_minor)}</span>
        <span class="each">${one.reference}</span>
        ${one.refunds === null
          ? html`<span class="tools">
              <button type="button" onClick=${() => undo(one)}>${CARD.undo}</button>
            </span>`
          : html`<${LostRefund} refund=${one} />`}
      </li>`)}
    </ul>
  </section>`;
}

/** In one sentence; its receipt is looked up, and the same goods come back once more. */
function LostRefund({ refund }) {
  const { state: now, amount_minor, of_receipt } = refund;
  const say = now === "approved" ? CARD.refundLost : CARD.refundAsked;
  return html`<p role="status">${say(money(-amount_minor), of_receipt)}</p>
    <span class="tools">
      <button type="button" onClick=${() => (state.dialog.value = { name: "return", code: of_receipt })}>
        ${CARD.finishRefund}
      </button>
    </span>`;
}
