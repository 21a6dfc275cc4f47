/** The till page: one screen at a time, chosen by what is known (see state.js). */

import { boot } from "./boot.js";
import { OpenTill } from "./opening_view.js";
import { OwnPin } from "./own_pin_view.js";
import { SignIn } from "./sign_in_view.js";
import { OpenDay } from "./day_view.js";
import { Dialogs } from "./dialogs.js";
import { Pairing } from "./pairing_view.js";
import { Pay } from "./pay_view.js";
import { Receipt, Waiting } from "./receipt_view.js";
import { Selling } from "./selling_view.js";
import { Settle } from "./settle_view.js";
import { Header, Messages } from "./status_view.js";
import * as state from "./state.js";
import { html, render } from "./ui.js";
import { PAGE } from "./words.js";

function App() {
  return html`
    <${Header} />
    <${Messages} />
    <main><${screen()} /></main>
    <${Dialogs} />
  `;
}

function screen() {
  const { tab, pairing, till, operator, pending, receipt, place, signingIn } = state;
  if (tab.value === "other") return OtherTab;
  if (tab.value === "broken") return KeepsNothing;
  if (tab.value === "asking") return Loading;
  if (pairing.value === null) return Pairing;
  if (till.value === null) return Loading;
  if (operator.value === null || operator.value.locked || signingIn.value !== null) return SignIn;
  if (operator.value.own_pin_needed) return OwnPin;
  if (pending.value !== null) return Waiting;
  if (receipt.value !== null) return Receipt;
  if (till.value.business_day === null) return OpenDay;
  if (till.value.till_session === null) return OpenTill;
  if (place.value === "paying") return Pay;
  return place.value === "settling" ? Settle : Selling;
}

function Loading() {
  return html`<p class="quiet">${PAGE.asking}</p>`;
}

function OtherTab() {
  const { title, where, what } = PAGE.otherTab;
  return html`<section class="card narrow">
    <h1>${title}</h1>
    <p>${where}</p>
    <p>${what}</p>
  </section>`;
}

function KeepsNothing() {
  const { title, why, what } = PAGE.keepsNothing;
  return html`<section class="card narrow">
    <h1>${title}</h1>
    <p>${why}</p>
    <p>${what}</p>
  </section>`;
}

render(html`<${App} />`, document.getElementById("till"));
void boot();
