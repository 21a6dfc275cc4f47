/** The business day: opening it, what closing it would close, opening it again. */

import { doing } from "./actions.js";
import { BoxAway, Refused } from "./api.js";
import { closeDay, openDay, reopenDay } from "./day_actions.js";
import { Field, Form, Heading } from "./fields.js";
import { Modal } from "./modal.js";
import { listParked } from "./park.js";
import * as state from "./state.js";
import { html, useEffect, useState } from "./ui.js";
import { refreshIfAnswered } from "./refresh.js";
import { DAY } from "./words_day.js";

export function OpenDay() {
  const { dayAsked, till } = state;
  const asked = dayAsked.value;
  if (asked?.why === "closed") return html`<${Closed} date=${asked.date} />`;
  return html`<section class="card narrow">
    <${Heading}>${DAY.open.title}<//>
    <p>${DAY.open.today(html`<strong>${till.value.today}</strong>`)}</p>
    ${asked === null
      ? html`<button type="button" class="main" onClick=${() => doing(openDay)}>
          ${DAY.open.open}
        </button>`
      : html`<${Reason} asked=${asked} />`}
  </section>`;
}

function Closed({ date }) {
  const { dayAsked } = state;
  return html`<section class="card narrow">
    <${Heading}>${DAY.closed.title(date)}<//>
    <p>${DAY.closed.what}</p>
    <div class="row">
      <button type="button" class="main" onClick=${() => (dayAsked.value = null)}>
        ${DAY.closed.next}
      </button>
      <button type="button" onClick=${() => (dayAsked.value = { why: "reopen", date })}>
        ${DAY.again(date)}
      </button>
    </div>
  </section>`;
}

/** A reason for a day that may be a mistake; a cashier's, a manager allows. */
function Reason({ asked }) {
  const words = DAY.asked;
  const again = asked.why === "reopen";
  const submit = ({ date, reason }) => {
    const why = reason.trim();
    if (why === "") state.problem.value = DAY.noReason;
    else if (again) void doing(() => reopenDay(asked.date, why));
    else void doing(() => openDay({ business_date: date.trim(), override_reason: why }));
  };
  return html`<${Form} onSubmit=${submit} aria-label=${words.label}>
    <p>${words.why[asked.why]}</p>
    ${!again && html`<${Field} label=${words.date} name="date" maxlength="10"
      defaultValue=${asked.date} hint=${words.dateHint(state.till.value.today)} />`}
    <${Field} label=${words.reason} name="reason" maxlength="200" first
      hint=${again ? words.hintAgain : words.hintMeant} />
    <div class="row">
      <button type="submit" class="main">
        ${again ? DAY.again(asked.date) : words.openThis}
      </button>
      <button type="button" onClick=${() => (state.dayAsked.value = null)}>${words.back}</button>
    </div>
  <//>`;
}

/** What closing the day would close, and what is still open; then it asks. */
export function CloseDay() {
  useEffect(() => void refreshIfAnswered(), []);
  const { till, dialog, basket } = state;
  const parked = useParked();
  const close = () => (dialog.value = null);
  const day = till.value.business_day;
  if (day === null) {
    queueMicrotask(close);
    return null;
  }
  const open = till.value.open_tills ?? [];
  const lines = basket.value.lines.length;
  const sure = (cancelSuspended) => () => {
    close();
    void doing(() => closeDay(cancelSuspended));
  };
  return html`<${Modal} label=${DAY.close.label} onClose=${close}>
    <h2>${DAY.close.title(day.business_date)}</h2>
    <p>${DAY.close.closes(till.value.day_receipts ?? 0)}</p>
    ${lines > 0 && html`<p class="doubt">${DAY.close.unpaid(lines)}</p>`}
    ${parked > 0 && html`<p class="doubt" data-testid="parked">${DAY.close.parked(parked)}</p>`}
    ${open.length > 0 && html`<div class="doubt" data-testid="open-tills">
      <p>${DAY.close.notCounted}</p>
      <ul>${open.map(
        ({ till_id, workstation_id }) => html`<li key=${till_id}>
          ${DAY.close.tillAt(till_id, workstation_id)}
        </li>`,
      )}</ul>
    </div>`}
    <div class="row">
      <button type="button" class="main" onClick=${close}>${DAY.close.keep}</button>
      <button type="button" disabled=${open.length > 0} onClick=${sure(false)}>
        ${DAY.close.close(day.business_date)}
      </button>
      ${parked > 0 && html`<button type="button" disabled=${open.length > 0} onClick=${sure(true)}>
        ${DAY.close.cancelParked}
      </button>`}
    </div>
  <//>`;
}

/** How many baskets wait; 0 until that is known. */
function useParked() {
  const [parked, setParked] = useState(0);
  useEffect(() => {
    let shown = true;
    listParked().then((found) => shown && setParked(found.length), asUnknown);
    return () => (shown = false);
  }, []);
  return parked;
}

function asUnknown(error) {
  if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
}
