/** The business day: opening it, what closing it would close, opening it again. */

import { doing } from "./actions.js";
import { closeDay, openDay, reopenDay } from "./day_actions.js";
import { Field, Form, Heading } from "./fields.js";
import { Modal } from "./modal.js";
import * as state from "./state.js";
import { count } from "./text.js";
import { html, useEffect } from "./ui.js";
import { refreshIfAnswered } from "./refresh.js";

const MANAGERS = new Set(["manager", "owner"]);
const WHY = {
  reopen: "This day was closed. A manager can open it again:",
  reason: "This day is asked about. If it is meant, a manager opens it:",
};

export function OpenDay() {
  const { dayAsked, till } = state;
  const asked = dayAsked.value;
  if (asked?.why === "closed") return html`<${Closed} date=${asked.date} />`;
  return html`<section class="card narrow">
    <${Heading}>Open the business day<//>
    <p>Today is <strong>${till.value.today}</strong>. This date stands on every receipt until
      the day is closed, past midnight too.</p>
    ${asked === null
      ? html`<button type="button" class="main" onClick=${() => doing(openDay)}>
          Open business day
        </button>`
      : html`<${Reason} asked=${asked} />`}
  </section>`;
}

function Closed({ date }) {
  const { dayAsked } = state;
  return html`<section class="card narrow">
    <${Heading}>The business day ${date} is closed<//>
    <p>Nothing more is sold on it. Was it closed by mistake? A manager can open it again.</p>
    <div class="row">
      <button type="button" class="main" onClick=${() => (dayAsked.value = null)}>
        Go on to the next day
      </button>
      <button type="button" onClick=${() => (dayAsked.value = { why: "reopen", date })}>
        Open ${date} again
      </button>
    </div>
  </section>`;
}

/** A manager's reason, for a day that may be a mistake. */
function Reason({ asked }) {
  const again = asked.why === "reopen";
  const submit = ({ manager, date, reason }) => {
    const told = { operator_id: manager };
    if (manager === undefined) state.problem.value = NO_MANAGER;
    else if (reason.trim() === "") state.problem.value = NO_REASON;
    else if (again) void doing(() => reopenDay(asked.date, { ...told, reason: reason.trim() }));
    else {
      const meant = { business_date: date.trim(), override_reason: reason.trim() };
      void doing(() => openDay({ ...told, ...meant }));
    }
  };
  return html`<${Form} onSubmit=${submit} aria-label="A manager's reason">
    <p>${WHY[asked.why]}</p>
    <${Managers} />
    ${!again && html`<${Field} label="Business day" name="date" maxlength="10"
      defaultValue=${asked.date} hint="Year, month and day, like ${state.till.value.today}" />`}
    <${Field} label="Reason" name="reason" maxlength="200" first
      hint=${again ? "Such as: closed by mistake" : "Such as: the clock was wrong yesterday"} />
    <div class="row">
      <button type="submit" class="main">
        ${again ? `Open ${asked.date} again` : "Open this day"}
      </button>
      <button type="button" onClick=${() => (state.dayAsked.value = null)}>Back</button>
    </div>
  <//>`;
}

const NO_MANAGER = {
  title: "No manager is named",
  detail: "Only a manager can do this.",
  remedy: "Choose the manager who says so.",
};
const NO_REASON = {
  title: "The reason is missing",
  detail: "This is kept with its reason, and head office sees it.",
  remedy: "Say in a word why.",
};

function Managers() {
  const { till, operator } = state;
  const managers = till.value.operators.filter(({ role }) => MANAGERS.has(role));
  if (managers.length === 0) {
    return html`<p>Head office has made no manager known to this store.</p>`;
  }
  return html`<fieldset class="people">
    <legend>Manager</legend>
    ${managers.map(
      ({ operator_id, name }) => html`<label key=${operator_id}>
        <input type="radio" name="manager" value=${operator_id}
          defaultChecked=${operator_id === operator.value.operator_id} />
        ${name}
      </label>`,
    )}
  </fieldset>`;
}

/** What closing the day would close, and what is still open; then it asks. */
export function CloseDay() {
  useEffect(() => void refreshIfAnswered(), []);
  const { till, dialog, basket } = state;
  const close = () => (dialog.value = null);
  const day = till.value.business_day;
  if (day === null) {
    queueMicrotask(close);
    return null;
  }
  const open = till.value.open_tills ?? [];
  const lines = basket.value.lines.length;
  const sure = () => {
    close();
    void doing(closeDay);
  };
  return html`<${Modal} label="Close the business day" onClose=${close}>
    <h2>Close the business day ${day.business_date}?</h2>
    <p>It closes ${count(till.value.day_receipts ?? 0, "receipt")}. After that nothing more can be
      sold on this day; today's sales would need a manager to open it again.</p>
    ${lines > 0 && html`<p class="doubt">A basket of ${count(lines, "line")} is not paid yet.</p>`}
    ${open.length > 0 && html`<div class="doubt" data-testid="open-tills">
      <p>Not counted yet, so the day cannot be closed now:</p>
      <ul>${open.map(
        ({ till_id, workstation_id }) => html`<li key=${till_id}>
          till ${till_id} at ${workstation_id}
        </li>`,
      )}</ul>
    </div>`}
    <div class="row">
      <button type="button" class="main" onClick=${close}>Keep it open</button>
      <button type="button" disabled=${open.length > 0} onClick=${sure}>
        Close ${day.business_date}
      </button>
    </div>
  <//>`;
}
