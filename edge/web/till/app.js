/** The till page: one screen at a time, by what is known (state.js). */

import { boot } from "./boot.js";
import { OpenTill } from "./opening_view.js";
import { OwnPin } from "./own_pin_view.js";
import { SignIn } from "./sign_in_view.js";
import { OpenDay } from "./day_view.js";
import { Dialogs } from "./dialogs.js";
import { LastReceipts } from "./last_receipts_view.js";
import { Pairing } from "./pairing_view.js";
import { Pay } from "./pay_view.js";
import { Receipt, Waiting } from "./receipt_view.js";
import { Selling } from "./selling_view.js";
import { Settle } from "./settle_view.js";
import { Header, Messages } from "./status_view.js";
import * as state from "./state.js";
import { TrainingFrame } from "./training_view.js";
import { html, mount } from "./ui.js";
import { PAGE } from "./words.js";

function App() {
  return html`
    <${TrainingFrame} />
    <${Header} />
    <${Messages} />
    <main><${SCREENS[state.screen.value]} /></main>
    <${Dialogs} />
  `;
}

const SCREENS = {
  "other tab": OtherTab,
  "keeps nothing": KeepsNothing,
  loading: Loading,
  pairing: Pairing,
  "sign in": SignIn,
  "own pin": OwnPin,
  waiting: Waiting,
  sold: Receipt,
  "open day": OpenDay,
  "open till": OpenTill,
  paying: Pay,
  settling: Settle,
  receipts: LastReceipts,
  selling: Selling,
};

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

mount(html`<${App} />`, "till");
void boot();
