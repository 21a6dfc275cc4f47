/** Goods that come back: the receipt by its code or number, what of it is left, how much comes. What
 *  nobody can show a receipt for is scanned like a sale, and turned round by its tool. */

import { doing, trying } from "./actions.js";
import { ONE_MILLI } from "./basket.js";
import { beginRefund, isByTerminal, readLostRefunds, takeUpRefund } from "./card.js";
import { Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import { findReceipt, giveBack, leftToGive, takeLinesBack, takeUnverified, voidReceipt } from "./returns.js";
import { isWhole } from "./selling.js";
import * as state from "./state.js";
import { formatMilli, formatMinor, parseMilli } from "./text.js";
import { html, useEffect, useState } from "./ui.js";
import { CARD } from "./words_card.js";
import { VALUE } from "./words_value.js";
import { RETURN } from "./words_return.js";

const close = () => (state.dialog.value = null);

export function ReturnDialog({ code = null }) {
  const [receipt, setReceipt] = useState(null);
  const look = (typed) => trying(async () => setReceipt(await findReceipt(typed)));
  useEffect(() => void (code !== null && look(code)), [code]);
  const submit = ({ typed }) => typed.trim() !== "" && look(typed.trim());
  return html`<${Modal} label=${RETURN.title} wide onClose=${close}>
    <h2>${RETURN.title}</h2>
    ${receipt === null
      ? html`<${Form} onSubmit=${submit}>
          <${Field} label=${RETURN.code} name="typed" first maxlength="100" />
          <div class="row">
            <button type="submit" class="main">${RETURN.look}</button>
            <button type="button" onClick=${close}>${RETURN.back}</button>
          </div>
        <//>`
      : html`<${Receipt} key=${receipt.sale_id} receipt=${receipt} onChanged=${setReceipt} />`}
  <//>`;
}

function Receipt({ receipt, onChanged }) {
  const [asking, setAsking] = useState(false);
  const lines = receipt.lines.filter(({ left_milli }) => left_milli > 0);
  const take = async (quantities) => {
    setAsking(true);
    await trying(async () => {
      const changed = await takeLinesBack(receipt, quantities);
      if (changed === null) {
        close();
        return;
      }
      onChanged(changed);
      state.problem.value = RETURN.changed;
    });
    setAsking(false);
  };
  const all = () => take(Object.fromEntries(lines.map((each) => [each.line_no, each.left_milli])));
  const submit = (typed) => {
    const read = lines.map((line) => [line.line_no, quantityOf(typed[`line-${line.line_no}`], line)]);
    const wrong = read.some(([, milli]) => milli === null);
    if (wrong || read.every(([, milli]) => milli === 0)) state.problem.value = RETURN.wrong;
    else void take(Object.fromEntries(read));
  };
  return html`<p><strong>${RETURN.of(receipt.receipt_number, receipt.business_date)}</strong></p>
    <${Elsewhere} receipt=${receipt} />
    <${PaidBy} payments=${receipt.payments} />
    ${lines.length === 0
      ? html`<p role="status">
            ${receipt.voided_by === null ? RETURN.nothing : RETURN.voided(receipt.voided_by)}
          </p>
          <button type="button" onClick=${close}>${RETURN.back}</button>`
      : html`<${Form} onSubmit=${submit}>
          <ul class="lines">
            ${lines.map((line, at) => html`<${Line} key=${line.line_no} line=${line} first=${at === 0} />`)}
          </ul>
          <div class="row">
            <button type="submit" class="main" disabled=${asking}>
              ${asking ? RETURN.asking : RETURN.take}
            </button>
            <button type="button" disabled=${asking} onClick=${all}>${RETURN.all}</button>
            <button type="button" onClick=${close}>${RETURN.back}</button>
          </div>
        <//>`}
    ${receipt.can_be_voided && html`<${Void} receipt=${receipt} />`}`;
}

/** Whose receipt it is, where another shop gave it, and who takes goods of it back just now. */
function Elsewhere({ receipt }) {
  const { store_code: shop, taken_back_at: other } = receipt;
  if (shop === null) return null;
  return html`<p role="status" class="elsewhere">
    ${RETURN.ofShop(shop)} ${other !== null && RETURN.takenBackAt(other)}
  </p>`;
}

/** All of it, because it should not have been. */
function Void({ receipt }) {
  const submit = ({ reason }) => {
    if (reason.trim() === "") return;
    close();
    void doing(() => voidReceipt(receipt, reason.trim()));
  };
  return html`<${Form} onSubmit=${submit}>
    <${Field} label=${RETURN.whyVoid} name="reason" maxlength="200" />
    <button type="submit">${RETURN.void}</button>
  <//>`;
}

function quantityOf(text, line) {
  if (text.trim() === "") return 0;
  const milli = parseMilli(text);
  const part = milli !== null && isWhole(line) && milli % ONE_MILLI !== 0;
  return milli === null || part || milli > line.left_milli ? null : milli;
}

function Line({ line, first }) {
  const unit = isWhole(line) ? "" : ` ${line.unit}`;
  const left = RETURN.left(
    `${formatMilli(line.left_milli)}${unit}`,
    `${formatMilli(line.quantity_milli)}${unit}`,
  );
  return html`<li>
    <span class="name">${line.description}</span>
    <span class="amount">${formatMinor(line.left_minor, state.decimals.value)}</span>
    <span class="each">${left}</span>
    <${Field} label=${RETURN.howMany(line.description)} name=${`line-${line.line_no}`}
      inputmode="decimal" placeholder=${RETURN.much} first=${first} />
  </li>`;
}

function PaidBy({ payments }) {
  if (payments.length === 0) return null;
  const told = payments.map(
    ({ name, left_minor }) => `${name} ${formatMinor(left_minor, state.decimals.value)}`,
  );
  return html`<p class="quiet">${RETURN.paidBy}: ${told.join(" · ")}</p>`;
}

export function UnverifiedDialog({ line_key: key }) {
  const line = state.basket.value.lines.find((each) => each.key === key);
  if (line === undefined) {
    queueMicrotask(close);
    return null;
  }
  const submit = ({ why }) => {
    if (why.trim() === "") return;
    close();
    void trying(() => takeUnverified(key, why.trim()));
  };
  return html`<${Modal} label=${RETURN.withoutOf(line.name)} onClose=${close}>
    <h2>${line.name}</h2>
    <${Form} onSubmit=${submit}>
      <${Field} label=${RETURN.why} name="why" first maxlength="200" />
      <div class="row">
        <button type="submit" class="main">${RETURN.takeBack}</button>
        <button type="button" onClick=${close}>${RETURN.back}</button>
      </div>
    <//>
  <//>`;
}

/** In the place of paying, where money goes back: by what paid, as the store server says; what the
 *  terminal took it gives back first. */
export function GiveBack() {
  const quoted = state.currentQuote.value;
  const refunds = leftToGive(quoted?.refunds ?? []);
  const next = refunds.find(isByTerminal);
  const lost = useLost();
  const found = next === undefined ? undefined : lost.find((one) => one.refunds === next.reference);
  const amount = (minor) => formatMinor(minor, state.decimals.value);
  const sum = refunds.reduce((all, { amount_minor }) => all - amount_minor, 0);
  const { voids } = state.basket.value;
  return html`<h2>${RETURN.goesBack}</h2>
    ${voids !== undefined && html`<p role="status">${RETURN.voiding(voids.number)}</p>`}
    <ul class="lines" aria-label=${RETURN.goesBack}>
      ${refunds.map(
        (one, at) => html`<li key=${at}>
          <span class="name">${one.name}</span>
          <span class="amount">${amount(-one.amount_minor)}</span>
          <span class="each">${one.points > 0 ? RETURN.points(one.points) : one.reference}</span>
        </li>`,
      )}
    </ul>
    <button type="button" class="main" disabled=${quoted === null}
      onClick=${() => doing(() => giveNext(refunds, next, found))}>
      ${next === undefined
        ? RETURN.done(amount(sum))
        : (found === undefined ? CARD.giveBack : CARD.takeUp)(next.name, amount(-next.amount_minor))}
    </button>
    ${voids === undefined && html`<${IntoCredit} totalMinor=${quoted?.total_minor ?? 0} />`}`;
}

/** The next by the terminal, one that was begun for a basket that is lost before it is begun anew;
 *  the rest at once. */
function giveNext(refunds, next, found) {
  if (next === undefined) return giveBack(refunds);
  return found === undefined ? beginRefund(next) : takeUpRefund(found, next);
}

/** Refunds of the shop's terminals that no receipt has. */
function useLost() {
  const [lost, setLost] = useState([]);
  useEffect(() => {
    let shown = true;
    void readLostRefunds().then((read) => shown && read !== null && setLost(read));
    return () => (shown = false);
  }, [state.basket.value.tenders.length]);
  return lost;
}

/** All of it as value that the shop keeps for the customer, where a tender holds such. */
function IntoCredit({ totalMinor }) {
  const tender = state.till.value.tenders.find((each) => each.has_account);
  const { customer } = state.basket.value;
  if (tender === undefined || totalMinor >= 0) return null;
  const into = (account) => {
    const { tender_id } = tender;
    return doing(() => giveBack([{ tender_id, amount_minor: totalMinor, reference: null, account }]));
  };
  const credit = { kind: "store_credit" };
  return html`<h3>${VALUE.orCredit}</h3>
    <div class="row">
      ${customer !== null && html`<button type="button"
        onClick=${() => into({ ...credit, customer_id: customer.customer_id })}>
        ${VALUE.toCustomer(customer.name)}
      </button>`}
      <button type="button" onClick=${() => into(credit)}>${VALUE.onNote}</button>
    </div>`;
}
