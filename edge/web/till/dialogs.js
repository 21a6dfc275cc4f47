/** What is asked in between, in front of the screen: each dialog by its name. ``state.dialog`` opens
 *  one, {name, …}; it gets the rest. Another dialog is another row. */

import { AskDialog, NoteDialog } from "./ask_view.js";
import { ArrangeKeys } from "./arrange_view.js";
import { CashDialog } from "./cash_view.js";
import { CustomerDialog } from "./customer_view.js";
import { CloseDay } from "./day_view.js";
import { DiscountDialog } from "./discount_view.js";
import { OfferDisplay } from "./display_offer_view.js";
import { Doctor } from "./doctor_view.js";
import { DrawerDialog } from "./drawer_view.js";
import { HandOver } from "./hand_over_view.js";
import { ItemDialog } from "./item_view.js";
import { AllKeys } from "./keys_view.js";
import { LetIn } from "./let_in_view.js";
import { Menu } from "./menu_view.js";
import { OverrideDialog } from "./override_view.js";
import { ChangePin } from "./own_pin_view.js";
import { ParkDialog } from "./park_view.js";
import { PriceDialog } from "./price_view.js";
import { QuantityDialog } from "./quantity_view.js";
import { QuickKeysSheet } from "./quick_keys_view.js";
import { ReturnDialog, UnverifiedDialog } from "./return_view.js";
import { Counted, Settled } from "./settle_view.js";
import { InvoiceDialog, MailDialog } from "./papers_view.js";
import * as state from "./state.js";
import { Tills } from "./tills_view.js";
import { html } from "./ui.js";

export const DIALOGS = {
  ask: AskDialog,
  "arrange keys": ArrangeKeys,
  cash: CashDialog,
  "close day": CloseDay,
  counted: Counted,
  customer: CustomerDialog,
  discount: DiscountDialog,
  display: OfferDisplay,
  doctor: Doctor,
  drawer: DrawerDialog,
  invoice: InvoiceDialog,
  "hand over": HandOver,
  item: ItemDialog,
  keys: AllKeys,
  "let in": LetIn,
  mail: MailDialog,
  menu: Menu,
  note: NoteDialog,
  "own pin": ChangePin,
  park: ParkDialog,
  price: PriceDialog,
  quantity: QuantityDialog,
  "quick keys": QuickKeysSheet,
  return: ReturnDialog,
  settled: Settled,
  tills: Tills,
  unverified: UnverifiedDialog,
};

/** What somebody else must allow comes before what it is for. */
export function Dialogs() {
  const override = state.overrideAsked.value;
  if (override !== null) return html`<${OverrideDialog} asked=${override} />`;
  if (state.dialog.value === null) return null;
  const { name, ...asked } = state.dialog.value;
  return html`<${DIALOGS[name]} ...${asked} />`;
}
