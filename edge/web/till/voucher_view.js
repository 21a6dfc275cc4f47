/** Vouchers that lower the price: given where a tender is, and to be taken away by a touch. */

import { addVoucher, doing, takeAwayVoucher, trying } from "./actions.js";
import { Away, Field, Form } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html } from "./ui.js";
import { DISCOUNT } from "./words_discount.js";
import { VOUCHER } from "./words_voucher.js";

/** In the place of what a tender pays. */
export function LowersPrice({ tender: { tender_id, name } }) {
  const given = state.basket.value.vouchers?.length ?? 0;
  const submit = ({ amount, reference }) => {
    const minor = parseMinor(amount, state.decimals.value);
    if (minor === null || minor === 0) {
      state.problem.value = notAnAmount(amount, state.decimals.value);
      return;
    }
    const voucher = { tender_id, amount_minor: minor, reference: reference.trim() || null };
    void doing(() => addVoucher(voucher));
  };
  return html`<${Form} key=${given} onSubmit=${submit}>
    <p class="quiet">${VOUCHER.lowers}</p>
    <${Field} label=${VOUCHER.amount(name)} name="amount" inputmode="decimal" first />
    <${Field} label=${VOUCHER.reference(name)} hint=${VOUCHER.referenceHint} name="reference"
      maxlength="64" />
    <button type="submit" class="main" disabled=${state.currentQuote.value === null}>
      ${VOUCHER.take}
    </button>
  <//>`;
}

/** Those that were given, each with what it took off. */
export function Vouchers({ onGone = () => {} }) {
  const { basket, decimals, linesQuote, till } = state;
  const nameOf = (id) => till.value.tenders.find((each) => each.tender_id === id)?.name ?? id;
  return (basket.value.vouchers ?? []).map(({ tender_id: id, amount_minor: minor, reference }, at) => {
    const name = reference === null ? nameOf(id) : `${nameOf(id)} ${reference}`;
    const off = linesQuote.value?.saved?.vouchers?.[at];
    const what = VOUCHER.given(name, formatMinor(minor, decimals.value));
    return html`<${Away} key=${at} what=${what} label=${DISCOUNT.takeAway(what)}
      more=${off === undefined ? "" : formatMinor(-off, decimals.value)}
      onAway=${() => trying(() => takeAwayVoucher(at)).then(onGone)} />`;
  });
}
