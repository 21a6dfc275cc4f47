/** What the operator takes off by hand, a line or the basket; the coupons that were shown; what almost
 *  applied. The store server computes all of it. */

import { addCoupon, setDiscount, takeAwayCoupon, trying } from "./actions.js";
import { call } from "./api.js";
import { withCoupon } from "./basket.js";
import { Away, Choice, Field, Form } from "./fields.js";
import { focusScan } from "./focus.js";
import { Modal } from "./modal.js";
import * as state from "./state.js";
import { formatMinor, parseMinor, percent } from "./text.js";
import { html, useState } from "./ui.js";
import { Vouchers } from "./voucher_view.js";
import { ALMOST, DISCOUNT } from "./words_discount.js";

const ALMOST_SHOWN_MAX = 2;
const BASIS_POINTS = 10_000;

/** ``line_key``: of the line that is meant first; without one the basket. */
export function DiscountDialog({ line_key: key = null }) {
  const { basket, decimals, dialog, problem } = state;
  const line = basket.value.lines.find((each) => each.key === key) ?? null;
  const [ofLine, setOfLine] = useState(line !== null);
  const [reason, setReason] = useState("");
  const close = () => (dialog.value = null);
  const put = (discount) => {
    close();
    void trying(() => setDiscount(ofLine ? key : null, discount)).then(focusScan);
  };
  const submit = ({ much, reason: why }) => {
    const read = readDiscount(much, decimals.value);
    if (read === null) problem.value = DISCOUNT.wrongMuch;
    else if (why.trim() === "") problem.value = DISCOUNT.wrongReason;
    else put({ ...read, reason: why.trim() });
  };
  const now = ofLine ? (line?.discount ?? null) : (basket.value.discount ?? null);
  return html`<${Modal} label=${DISCOUNT.title} onClose=${close}>
    <h2>${DISCOUNT.title}</h2>
    <${Form} onSubmit=${submit}>
      <${Field} label=${DISCOUNT.much} hint=${DISCOUNT.muchHint} name="much" first
        inputmode="decimal" signs="%" placeholder=${now === null ? "" : muchOf(now)} />
      <${Field} label=${DISCOUNT.reason} hint=${DISCOUNT.reasonHint} name="reason" maxlength="200"
        value=${reason} onInput=${({ target }) => setReason(target.value)} />
      <div class="row pick">${Object.values(DISCOUNT.reasons).map(
        (each) => html`<${Choice} key=${each} label=${each} on=${reason === each}
          choose=${() => setReason(each)} />`,
      )}</div>
      ${line !== null && html`<div class="row pick" role="group" aria-label=${DISCOUNT.of}>
        <${Choice} label=${DISCOUNT.line(line.name)} on=${ofLine} choose=${() => setOfLine(true)} />
        <${Choice} label=${DISCOUNT.basket} on=${!ofLine} choose=${() => setOfLine(false)} />
      </div>`}
      <div class="row">
        <button type="submit" class="main">${DISCOUNT.take}</button>
        ${now !== null && html`<button type="button" onClick=${() => put(null)}>
          ${DISCOUNT.remove}</button>`}
        <button type="button" onClick=${close}>${DISCOUNT.back}</button>
      </div>
    <//>
  <//>`;
}

/** "10%" or "1.50" -> {rate_bp} or {amount_minor}; null where it is neither. */
export function readDiscount(text, decimals) {
  const typed = text.trim();
  const isRate = typed.endsWith("%");
  const read = parseMinor(isRate ? typed.slice(0, -1) : typed, isRate ? 2 : decimals);
  if (read === null || read === 0 || (isRate && read > BASIS_POINTS)) return null;
  return isRate ? { rate_bp: read } : { amount_minor: read };
}

/** @param {import("./basket.js").Discount} discount */
function muchOf({ rate_bp: rate, amount_minor: minor }) {
  return rate === undefined ? formatMinor(minor, state.decimals.value) : percent(rate);
}

/** What holds for the whole basket: its discount, its coupons, its vouchers, each to be taken away by a
 *  touch. */
export function Lowered() {
  const { basket, linesQuote, decimals } = state;
  const discount = basket.value.discount ?? null;
  const coupons = basket.value.coupons ?? [];
  const vouchers = basket.value.vouchers ?? [];
  if (discount === null && coupons.length + vouchers.length === 0) return null;
  const said = new Map((linesQuote.value?.saved?.coupons ?? []).map((each) => [each.code, each]));
  const becameOf = (code) => {
    const one = said.get(code);
    if (one === undefined) return basket.value.lines.length === 0 ? DISCOUNT.waits : "";
    if (one.to_ask_for) return DISCOUNT.notHere;
    if (one.saved_minor > 0) return formatMinor(-one.saved_minor, decimals.value);
    return one.known ? DISCOUNT.waits : DISCOUNT.notKnown;
  };
  const away = (what, act) => ({
    label: DISCOUNT.takeAway(what),
    onAway: () => trying(act).then(focusScan),
  });
  return html`<ul class="lowered">
    ${discount !== null &&
    html`<${Away} what=${DISCOUNT.ofBasket(muchOf(discount))} more=${discount.reason}
      ...${away(DISCOUNT.ofBasket(muchOf(discount)), () => setDiscount(null, null))} />`}
    ${coupons.map(
      (code) => html`<${Away} key=${code} what=${DISCOUNT.coupon(code)} more=${becameOf(code)}
        ...${away(DISCOUNT.coupon(code), () => takeAwayCoupon(code))} />`,
    )}
    <${Vouchers} onGone=${focusScan} />
  </ul>`;
}

/** One more, and a promotion would apply. */
export function Almost() {
  const near = state.linesQuote.value?.saved?.almost ?? [];
  const say = ({ pieces, minor, name }) =>
    pieces > 0
      ? ALMOST.pieces(pieces, name)
      : ALMOST.minor(formatMinor(minor, state.decimals.value), name);
  return near.slice(0, ALMOST_SHOWN_MAX).map(
    (each) => html`<p class="almost" key=${each.promotion_id}>${say(each)}</p>`,
  );
}

/** Whether a code is a coupon of a promotion in force; it is in the basket then, an empty one too. One
 *  that is good once, and that head office does not give, is said to be so. ``begin``: the next sale,
 *  where one is done. */
export async function takeCoupon(code, { quoteWith, begin }) {
  const { known, toAskFor } = await coupon(code, withCoupon(state.basket.value, code), quoteWith);
  if (!known) return false;
  const why = toAskFor ? await askFor(code) : null;
  if (why !== null) {
    state.problem.value = why;
    return true;
  }
  await begin();
  await addCoupon(code);
  return true;
}

async function coupon(code, basket, quoteWith) {
  if (basket.lines.length === 0) {
    const query = new URLSearchParams({ code });
    const { name, to_ask_for: toAskFor } = await call("GET", `/coupons?${query}`);
    return { known: name !== null, toAskFor };
  }
  const { saved } = await quoteWith(basket);
  const one = saved.coupons.find((each) => each.code === code);
  return { known: one?.known === true, toAskFor: one?.to_ask_for === true };
}

/** Null where it may be used here from now on, else why not. */
async function askFor(code) {
  const body = { account: { kind: "coupon", card: code }, amount: 1 };
  const { here, outcome } = await call("POST", "/rights/asks", { body });
  if (here > 0) return null;
  return outcome === "away" ? DISCOUNT.couponAway : DISCOUNT.couponUsed;
}
