/** Pay: in cash by one touch of a note, by card with its amount and reference, or in parts. What
 *  covers the total finishes the sale. */

import { addTender, doing, finishSale, removeTender } from "./actions.js";
import { isElsewhere } from "./card.js";
import { Elsewhere, PaymentNow, Unfinished } from "./card_view.js";
import { Choice, Doubt, Field, Form } from "./fields.js";
import { Foreign } from "./foreign_view.js";
import { notAnAmount } from "./opening_view.js";
import { Points } from "./points_view.js";
import * as state from "./state.js";
import { GiveBack } from "./return_view.js";
import { keysHeard } from "./scanner.js";
import { formatMinor, parseMinor } from "./text.js";
import { Tip } from "./tip_view.js";
import { tipBy, tipLeft, withTip } from "./tips.js";
import { html, useEffect, useState } from "./ui.js";
import { Taxes, Total } from "./totals_view.js";
import { ByValue } from "./value_view.js";
import { LowersPrice, Vouchers } from "./voucher_view.js";
import { PAY, TIP } from "./words_pay.js";

const MUCH_TIMES = 10;
/** A scanner's next key comes sooner (keys.js), a hand's does not. */
const ALONE_MS = 50;

export function Pay() {
  const { till, place, basket } = state;
  const tenders = [...till.value.tenders].sort((a, b) => rank(a) - rank(b));
  const [by, setBy] = useState(tenders[0]?.tender_id);
  const back = () => (place.value = "selling");
  const chosen = tenders.find((tender) => tender.tender_id === by);
  const goesBack = (state.linesQuote.value?.total_minor ?? 0) < 0;
  const letters = lettersOf(tenders);
  useLetters(letters, (at) => setBy(tenders[at].tender_id));
  return html`<div class="paying">
    <section class="card">
      <h1>${PAY.title}</h1>
      <${Taxes} />
      <${Total} />
      <${Left} />
      ${(basket.value.vouchers ?? []).length > 0 && html`<ul class="lowered"><${Vouchers} /></ul>`}
      ${basket.value.tenders.length > 0 && html`<${PaidSoFar} tenders=${till.value.tenders} />`}
      <${Unfinished} />
      <button type="button" onClick=${back}>${PAY.back}</button>
    </section>
    <section class="card">
      ${goesBack && !basket.value.payment && html`<${GiveBack} />`}
      ${basket.value.payment && html`<${PaymentNow} />`}
      ${!goesBack && html`<${Tip} />`}
      ${!goesBack && !basket.value.payment && html`
        <div class="kinds" role="group" aria-label=${PAY.by}>
          ${tenders.map(
            ({ tender_id, name }, at) => html`<${Choice} key=${tender_id} on=${tender_id === by}
              label=${html`${name} <kbd aria-hidden="true">${letters[at]}</kbd>`}
              choose=${() => setBy(tender_id)} then=".kinds ~ *" />`,
          )}
        </div>
        ${chosen !== undefined && html`<${formOf(chosen)} key=${chosen.tender_id} tender=${chosen} />`}`}
    </section>
  </div>`;
}

/** How a tender is taken. */
function formOf(tender) {
  if (tender.voucher === "discount") return LowersPrice;
  if (tender.kind === "cash") return Cash;
  if (tender.has_account) return ByValue;
  return isElsewhere(tender) ? Elsewhere : Other;
}

/** A letter for each tender: the first of its name that no tender before it has; none without. */
function lettersOf(tenders) {
  const taken = new Set();
  return tenders.map(({ name }) => {
    const letter = [...name.toUpperCase()].find((each) => /[A-Z]/.test(each) && !taken.has(each));
    taken.add(letter);
    return letter ?? "";
  });
}

/** A letter chooses its tender, but where words are typed, in a dialog, and within a scan. */
function useLetters(letters, choose) {
  useEffect(() => {
    const hear = (event) => {
      const { key, target, ctrlKey, altKey, metaKey } = event;
      const words = target.tagName === "INPUT" && target.inputMode !== "decimal";
      const at = letters.indexOf(key.toUpperCase());
      if (at === -1 || key === "" || words || ctrlKey || altKey || metaKey) return;
      if (document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      const soFar = keysHeard();
      setTimeout(() => keysHeard() === soFar && choose(at), ALONE_MS);
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [letters.join("")]);
}

function rank(tender) {
  return ["cash", "card"].indexOf(tender.kind) === -1 ? 2 : ["cash", "card"].indexOf(tender.kind);
}

/** What is left to pay; in cash it may be rounded. */
function Left() {
  const due = state.currentQuote.value?.due;
  if (due === undefined) return html`<${Asking} />`;
  const decimals = state.decimals.value;
  const tip = tipLeft();
  if (due.covered && tip <= 0) {
    return html`<button type="button" class="main" onClick=${() => doing(finishSale)}>
      ${PAY.finish}
    </button>`;
  }
  const part = state.basket.value.tenders.length > 0;
  return html`<dl class=${part ? "figures left-now" : "figures"} aria-live="polite">
    <dt>${PAY.left}</dt><dd data-testid="left">${formatMinor(due.left_minor, decimals)}</dd>
    ${due.cash_left_minor !== due.left_minor && html`
      <dt>${PAY.cashLeft}</dt>
      <dd data-testid="cash-left">${formatMinor(due.cash_left_minor, decimals)}</dd>`}
    ${tip > 0 && html`
      <dt>${TIP.with}</dt>
      <dd data-testid="left-with-tip">${formatMinor(due.left_minor + tip, decimals)}</dd>`}
  </dl>`;
}

/** What is known while the store server is asked: what was paid is noted, and stays so. */
function Asking() {
  const { basket, decimals, till } = state;
  const last = basket.value.tenders.at(-1);
  if (last === undefined) return html`<p class="quiet">${PAY.asking}</p>`;
  const name = till.value.tenders.find((each) => each.tender_id === last.tender_id)?.name;
  const amount = formatMinor(last.amount_minor, decimals.value);
  return html`<p class="noted" role="status" data-testid="noted">
    <strong>${PAY.noted(name ?? last.tender_id, amount)}</strong>
    ${" "}${PAY.notAgain}
  </p>`;
}

/** Nothing is taken before it is known what is left. */
const isAsking = () => state.currentQuote.value === null;

function PaidSoFar({ tenders }) {
  const nameOf = (id) => tenders.find((tender) => tender.tender_id === id)?.name ?? id;
  return html`<ul class="lines" aria-label=${PAY.paidSoFar}>
    ${state.basket.value.tenders.map(
      (paid, at) => html`<li key=${at}>
        <span class="name">${nameOf(paid.tender_id)}</span>
        <span class="amount">${formatMinor(paid.amount_minor, state.decimals.value)}</span>
        <span class="each">
          ${[paid.reference ?? paid.handed, (paid.tip_minor ?? 0) > 0 &&
            `${TIP.title} ${formatMinor(paid.tip_minor ?? 0, state.decimals.value)}`].filter(Boolean).join(" · ")}
        </span>
        ${!paid.refunds && html`<span class="tools">
          <button type="button" aria-label=${PAY.takeBack(nameOf(paid.tender_id))}
            onClick=${() => doing(() => removeTender(at))}>×</button>
        </span>`}
      </li>`,
    )}
  </ul>`;
}

function take(tender, amountMinor, reference) {
  const { tender_id } = tender;
  const given = withTip(tender, amountMinor);
  return doing(() => addTender({ tender_id, ...given, reference }));
}

function Cash({ tender }) {
  const decimals = state.decimals.value;
  const due = state.linesQuote.value?.due;
  const [exact, ...above] = due?.quick_cash_minor ?? [];
  const tip = tipBy(tender);
  const quick = exact === undefined ? [] : [exact + tip, ...above.filter((each) => each > exact + tip)];
  const [doubted, setDoubted] = useState(null);
  const given = (minor) => take(tender, minor, null).then(() => setDoubted(null));
  const submit = (typed, form) => {
    const minor = parseMinor(typed.given, decimals);
    if (minor === null || (minor === 0 && quick[0] !== 0)) {
      state.problem.value = notAnAmount(typed.given, decimals);
    } else if (minor > MUCH_TIMES * (quick[0] ?? minor) && !quick.includes(minor)) {
      setDoubted(minor);
    } else {
      void given(minor).then(() => form.reset());
    }
  };
  return html`<div class="quick">
      ${quick.map(
        (minor, at) => html`<button type="button" key=${minor} class=${at === 0 ? "main" : ""}
          disabled=${isAsking()} onClick=${() => given(minor)}>
          ${at === 0 ? PAY.exact(formatMinor(minor, decimals)) : formatMinor(minor, decimals)}
        </button>`,
      )}
    </div>
    <${Form} onSubmit=${submit}>
      <${Field} label=${PAY.cashGiven} name="given" inputmode="decimal" first />
      <button type="submit" disabled=${isAsking()}>${PAY.takeCash}</button>
      ${doubted !== null && html`<${Doubt} label=${PAY.take(formatMinor(doubted, decimals))}
        onYes=${() => given(doubted)}>
        ${PAY.much(formatMinor(doubted, decimals))}
      <//>`}
    <//>
    <${Foreign} tender=${tender} />`;
}

/** Card, QR, voucher, points: an amount, and what the terminal says of it. */
function Other({ tender }) {
  const decimals = state.decimals.value;
  const due = state.currentQuote.value?.due;
  const points = tender.spends_points;
  const goods = points ? due?.points_left_minor : due?.left_minor;
  const left = goods === undefined ? undefined : goods + tipBy(tender);
  const submit = ({ amount, reference }) => {
    const minor = parseMinor(amount, decimals);
    if (minor === null || minor === 0) state.problem.value = notAnAmount(amount, decimals);
    else void take(tender, minor, reference?.trim() || null);
  };
  return html`${points && html`<${Points} />`}
  ${!(points && !left) && html`<${Form} key=${left} onSubmit=${submit}>
    <${Field} label=${PAY.amount(tender.name)} name="amount" inputmode="decimal" first
      defaultValue=${left === undefined ? "" : formatMinor(left, decimals).replaceAll(",", "")} />
    ${!points && html`<${Field} label=${PAY.reference(tender.name)} name="reference"
      hint=${PAY.referenceHints[tender.kind] ?? ""} maxlength="64" />`}
    <button type="submit" class="main" disabled=${isAsking()}>${PAY.take(tender.name)}</button>
  <//>`}`;
}
