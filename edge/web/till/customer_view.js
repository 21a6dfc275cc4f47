/** Find the customer by phone, e-mail, code or name; make one who is not there. */

import { createCustomer, doing, setCustomer, tellMonth, trying } from "./actions.js";
import { BoxAway, Refused, call } from "./api.js";
import { Doubt, Field, Form } from "./fields.js";
import { uuid7 } from "./ids.js";
import { Modal } from "./modal.js";
import * as state from "./state.js";
import { html, useEffect, useRef, useState } from "./ui.js";
import { CUSTOMER } from "./words_goods.js";

const RESULTS_MAX = 10;
const TYPING_MS = 200;

export function CustomerDialog() {
  const [found, setFound] = useState(null);
  const [creating, setCreating] = useState(false);
  const [typed, setTyped] = useState("");
  const chosen = state.basket.value.customer;
  const asked = useRef(0);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const close = () => (state.dialog.value = null);
  const look = (text) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => {
      asked.current += 1;
      const mine = asked.current;
      const customers = await search(text.trim());
      if (mine === asked.current) setFound(customers);
    }, TYPING_MS);
  };
  const take = (customer) => {
    close();
    void trying(() => setCustomer(customer));
  };
  const none = () => {
    close();
    void trying(() => setCustomer(null));
  };
  return html`<${Modal} label=${CUSTOMER.title} onClose=${close}>
    <h2>${CUSTOMER.title}</h2>
    <${Field} label=${CUSTOMER.search} first
      onInput=${(event) => look(event.currentTarget.value)} />
    <${Found} customers=${found} onTake=${take} />
    ${chosen !== null && !creating && html`<${Born} key=${chosen.customer_id} customer=${chosen} />`}
    ${creating
      ? html`<${Create} typed=${typed} onDone=${close} />`
      : html`<div class="row">
          <button type="button" onClick=${() => setCreating(true)}>${CUSTOMER.new}</button>
          <button type="button" onClick=${none}>${CUSTOMER.none}</button>
          <button type="button" onClick=${close}>${CUSTOMER.back}</button>
        </div>`}
  <//>`;
}

function Found({ customers, onTake }) {
  if (customers === null) return null;
  if (customers.length === 0) {
    return html`<p class="quiet" role="status">${CUSTOMER.nobody}</p>`;
  }
  return html`<div class="choices found">
    ${customers.map(
      (customer) => html`<button type="button" key=${customer.customer_id}
        onClick=${() => onTake(customer)}>
        <strong>${customer.name ?? customer.code}</strong>
        <small>${[customer.code, customer.phone, customer.email].filter(Boolean).join(" · ")}</small>
      </button>`,
    )}
  </div>`;
}

function Create({ typed, onDone }) {
  const customerId = useRef(uuid7(Date.now()));
  const [shared, setShared] = useState(null);
  const told = guess(typed);
  const create = async (fields) => {
    setShared(null);
    if (await doing(() => createCustomer(customerId.current, fields))) return onDone();
    const problem = state.problem.value;
    if (problem?.type?.endsWith(PHONE_TAKEN)) {
      state.problem.value = null;
      setShared({ fields, said: problem.detail.replace(BY_ID, "") });
    } else state.problem.value = inPlainWords(problem);
  };
  const submit = ({ name, phone, email, month }) =>
    create({ name: name.trim(), phone: phone.trim(), email: email.trim(), birth_month: Number(month) || "" });
  return html`<${Form} onSubmit=${submit} aria-label=${CUSTOMER.new}>
    <${Field} label=${CUSTOMER.name} name="name" first maxlength="200" defaultValue=${told.name} />
    <${Field} label=${CUSTOMER.phone} name="phone" inputmode="tel" maxlength="32"
      defaultValue=${told.phone} />
    <${Field} label=${CUSTOMER.email} name="email" inputmode="email" maxlength="254"
      defaultValue=${told.email} />
    <${Month} />
    ${shared !== null &&
    html`<${Doubt} label=${CUSTOMER.createShared}
      onYes=${() => create({ ...shared.fields, same_phone_ok: true })}>
      ${CUSTOMER.shared(shared.said)}
    <//>`}
    <div class="row">
      <button type="submit" class="main">${CUSTOMER.create}</button>
      <button type="button" onClick=${onDone}>${CUSTOMER.back}</button>
    </div>
  <//>`;
}

function Month() {
  return html`<div class="field">
    <label for="field-birth-month">${CUSTOMER.month}</label>
    <select id="field-birth-month" name="month">
      <option value="">${CUSTOMER.monthUnsaid}</option>
      ${MONTHS.map((month) => html`<option key=${month} value=${month}>${CUSTOMER.monthOf(month)}</option>`)}
    </select>
  </div>`;
}

/** The customer of the basket says it later. Head office alone keeps it, so nothing is shown of what it
 *  was told before. */
function Born({ customer }) {
  const eventId = useRef(uuid7(Date.now()));
  const name = customer.name ?? customer.code;
  const submit = async ({ month }) => {
    if (month === "") {
      state.problem.value = CUSTOMER.monthMissing;
      return;
    }
    if (!(await doing(() => tellMonth(customer, Number(month), eventId.current)))) return;
    state.dialog.value = null;
    state.notice.value = CUSTOMER.monthTold(name);
  };
  return html`<details class="born">
    <summary>${CUSTOMER.bornOf(name)}</summary>
    <${Form} onSubmit=${submit}>
      <${Month} />
      <button type="submit">${CUSTOMER.tellMonth}</button>
    <//>
  </details>`;
}

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const PHONE_TAKEN = ":customer-phone-taken";
/** A customer's id in a sentence; people know the name beside it. */
const BY_ID = / \([0-9a-f-]{36}\)/;

/** What is wrong with a field, as a cashier can mend it. */
function inPlainWords(problem) {
  const known = problem?.status === 400 && !problem.type.endsWith(":card-number");
  return (known && CUSTOMER.wrong[problem.field]) || problem;
}

/** Where the text that found nobody belongs in the form. */
function guess(typed) {
  const text = typed.trim();
  const fields = { name: "", phone: "", email: "" };
  if (text.includes("@")) fields.email = text;
  else if (/^\+?[0-9][0-9 ()./-]*$/.test(text)) fields.phone = text;
  else fields.name = text;
  return fields;
}

async function search(text) {
  if (text === "") return null;
  try {
    const query = new URLSearchParams({ q: text, limit: String(RESULTS_MAX) });
    const { customers } = await call("GET", `/customers?${query}`);
    return customers.filter((customer) => customer.active);
  } catch (error) {
    if (error instanceof Refused) state.problem.value = error.problem;
    else if (!(error instanceof BoxAway)) throw error;
    return null;
  }
}
