/** Paying by a gift card, a credit note or a customer's credit: whose it is, by scan or by name; what
 *  is on it here and in all; and how much of it is taken. */

import { addTender, doing, trying } from "./actions.js";
import { Field, Form } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html, useLayoutEffect, useState } from "./ui.js";
import { accountOf, askForMore, readBalance } from "./rights.js";
import { VALUE } from "./words_value.js";

const money = (minor) => formatMinor(minor, state.decimals.value);

/** While this is shown a scan is the number that it asks for, and no goods. */
export function useScanned(take) {
  useLayoutEffect(() => {
    state.scanTaker.value = take;
    return () => (state.scanTaker.value = null);
  });
}

/** In the place of an amount and a reference, for a tender that holds value. */
export function ByValue({ tender }) {
  const [named, setNamed] = useState(null);
  const look = async (account) => setNamed({ account, balance: await readBalance(account) });
  if (named === null) return html`<${Whose} onNamed=${(account) => trying(() => look(account))} />`;
  return html`<${OnIt} tender=${tender} named=${named} onOther=${() => setNamed(null)}
    onAgain=${() => trying(() => look(named.account))} />`;
}

function Whose({ onNamed }) {
  const { customer } = state.basket.value;
  const typed = (number) => number.trim() !== "" && onNamed(accountOf({ number: number.trim() }));
  useScanned(typed);
  return html`<${Form} onSubmit=${({ number }) => typed(number)}>
      <${Field} label=${VALUE.number} name="number" inputmode="numeric" first maxlength="32" />
      <button type="submit" class="main">${VALUE.look}</button>
    <//>
    ${customer !== null && html`<button type="button" onClick=${() => onNamed(accountOf({ customer }))}>
      ${VALUE.creditOf(customer.name)}
    </button>`}`;
}

/** What was named has so much, of which so much can be spent here. */
function OnIt({ tender, named: { account, balance }, onOther, onAgain }) {
  const [asked, setAsked] = useState(null);
  const left = state.currentQuote.value?.due?.left_minor ?? 0;
  const spent = takenOf(account);
  const here = Math.max(0, balance.here - spent);
  const missing = Math.max(0, left - here);
  const more = Math.min(missing, balance.to_ask_for ?? 0);
  const ask = () => {
    setAsked("asking");
    void askForMore(account, more).then((answer) => {
      setAsked(answer);
      if (answer.granted > 0) void onAgain();
    });
  };
  const submit = ({ amount }) => {
    const minor = parseMinor(amount, state.decimals.value);
    if (minor === null || minor === 0) {
      state.problem.value = notAnAmount(amount, state.decimals.value);
      return;
    }
    const { tender_id } = tender;
    void doing(() => addTender({ tender_id, amount_minor: minor, reference: null, account }));
  };
  const most = Math.min(left, here);
  return html`<div class="points" data-testid="value">
      <p role="status">${sentence(account, here, balance, spent)} ${outcome(asked)}</p>
      <${GoodUntil} day=${balance.last_day} />
      ${more > 0 && html`<button type="button" disabled=${asked === "asking"} onClick=${ask}>
        ${asked === "asking" ? VALUE.asking : VALUE.ask(money(more))}
      </button>`}
      <button type="button" onClick=${onOther}>${VALUE.other}</button>
    </div>
    ${most > 0 && html`<${Form} key=${most} onSubmit=${submit}>
      <${Field} label=${VALUE.amount(tender.name)} name="amount" inputmode="decimal" first
        defaultValue=${money(most).replaceAll(",", "")} />
      <button type="submit" class="main" disabled=${state.currentQuote.value === null}>
        ${VALUE.take(tender.name)}
      </button>
    <//>`}`;
}

/** Through which day it is good, and whether that is over, by the business day. */
function GoodUntil({ day }) {
  if (day === null) return null;
  const over = day < (state.till.value.business_day?.business_date ?? "");
  return html`<p data-testid="good-until" class=${over ? "warning" : "quiet"}>
    ${over ? VALUE.over(day) : VALUE.until(day)}
  </p>`;
}

/** What tenders of this basket take of it already. */
function takenOf(account) {
  const name = JSON.stringify(account);
  const same = state.basket.value.tenders.filter((each) => JSON.stringify(each.account) === name);
  return same.reduce((sum, each) => sum + each.amount_minor, 0);
}

function sentence({ card }, here, { in_all: inAll }, spent) {
  const name = card === undefined ? VALUE.credit : VALUE.card(card.slice(-4));
  if (inAll === null) return VALUE.away(name, money(here));
  return VALUE.has(name, money(inAll - spent), money(here));
}

function outcome(asked) {
  if (asked === null || asked === "asking" || asked.granted > 0) return "";
  return asked.outcome === "away" ? VALUE.askedAway : VALUE.none;
}
