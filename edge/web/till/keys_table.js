/** Every key that does something by itself: the foot of the selling page shows some, ``?`` all of
 *  them, and key_dispatch.js does what they say. Another key is another row. */

import { doing, newSale, trying } from "./actions.js";
import { isReturn } from "./basket.js";
import { focusScan, scanField } from "./focus.js";
import { ready } from "./receipt_view.js";
import * as selling from "./selling.js";
import { askInvoice, askMail, mayInvoice, mayMail } from "./papers.js";
import { lock } from "./session.js";
import * as state from "./state.js";
import { DISCOUNT } from "./words_discount.js";
import { DRAWER } from "./words_drawer.js";
import { LAST } from "./words_last.js";
import { PAPERS } from "./words_papers.js";
import { PARK } from "./words_park.js";
import { PRICE } from "./words_price.js";
import { RETURN } from "./words_return.js";
import { KEY } from "./words_selling.js";

/**
 * @typedef {object} Key
 * @property {string} key as KeyboardEvent.key; a sign, such as "+", is meant only where the scan field
 *   is empty and no other key follows at once, as it does within a scan or a word
 * @property {string} [face] how it is shown, where that is another sign
 * @property {string[]} on the screens that it belongs to (state.js), none for everywhere
 * @property {() => string} label
 * @property {() => boolean} when whether it does anything just now
 * @property {() => unknown} act
 * @property {boolean} [foot] whether it stands in the foot of the selling page
 */

const always = () => true;
const hasLine = () => state.chosenLine.value !== null;
const hasWholeLine = () => hasLine() && selling.isWhole(state.chosenLine.value);
const hasSaleLine = () => hasLine() && !isReturn(state.chosenLine.value);
const withLine = (act) => () => act(state.chosenLine.value);

/** @type {Key[]} */
export const KEYS = [
  { key: "F1", on: [], label: () => KEY.lock, when: always, act: () => void trying(lock) },
  {
    key: "F2",
    on: ["selling"],
    label: () => KEY.pay,
    when: () => selling.payable.value,
    act: selling.pay,
  },
  {
    key: "F3",
    on: ["selling"],
    label: () => DISCOUNT.title,
    when: hasLine,
    act: withLine(selling.askDiscount),
    foot: true,
  },
  { key: "F4", on: ["selling"], label: () => KEY.customer, when: always, act: selling.askCustomer },
  {
    key: "F6",
    on: ["selling"],
    label: () => (hasLine() ? PARK.key : PARK.recall),
    when: () => !state.training.value,
    act: () => (state.dialog.value = { name: "park" }),
    foot: true,
  },
  {
    key: "F7",
    on: ["selling"],
    label: () => RETURN.key,
    when: always,
    act: () => (state.dialog.value = { name: "return" }),
    foot: true,
  },
  {
    key: "F8",
    on: ["selling"],
    label: () => PRICE.key,
    when: hasSaleLine,
    act: withLine(selling.askPrice),
    foot: true,
  },
  {
    key: "F9",
    on: ["selling"],
    label: () => DRAWER.key,
    when: () => !state.training.value,
    act: () => (state.dialog.value = { name: "drawer" }),
    foot: true,
  },
  {
    key: "F12",
    on: ["selling"],
    label: () => LAST.key,
    when: always,
    act: () => (state.place.value = "receipts"),
    foot: true,
  },
  {
    key: "F10",
    on: ["selling", "paying"],
    label: () => KEY.exactCash,
    when: () => selling.exactCash.value !== null,
    act: selling.takeExactCash,
  },
  {
    key: "ArrowUp",
    face: "↑",
    on: ["selling"],
    label: () => KEY.up,
    when: hasLine,
    act: () => selling.chooseBy(-1),
  },
  {
    key: "ArrowDown",
    face: "↓",
    on: ["selling"],
    label: () => KEY.down,
    when: hasLine,
    act: () => selling.chooseBy(1),
  },
  {
    key: "+",
    on: ["selling"],
    label: () => KEY.more,
    when: hasWholeLine,
    act: withLine(selling.oneMore),
  },
  {
    key: "-",
    face: "−",
    on: ["selling"],
    label: () => KEY.fewer,
    when: hasWholeLine,
    act: withLine(selling.oneFewer),
  },
  {
    key: "*",
    on: ["selling"],
    label: () => KEY.quantity,
    when: hasLine,
    act: withLine(selling.askQuantity),
  },
  {
    key: "Delete",
    on: ["selling"],
    label: () => KEY.remove,
    when: () => hasLine() && isFieldEmpty(),
    act: withLine(selling.takeOut),
  },
  { key: "/", on: ["selling"], label: () => KEY.find, when: always, act: focusScan },
  {
    key: "Escape",
    on: ["paying", "receipts"],
    label: () => KEY.back,
    when: always,
    act: () => (state.place.value = "selling"),
  },
  {
    key: "F2",
    on: ["sold"],
    label: () => KEY.newSale,
    when: () => ready.value,
    act: () => void doing(newSale),
  },
  { key: "F7", on: ["sold", "receipts"], label: () => PAPERS.mail, when: mayMail, act: askMail },
  {
    key: "F8",
    on: ["sold", "receipts"],
    label: () => PAPERS.invoice,
    when: mayInvoice,
    act: askInvoice,
  },
  {
    key: "?",
    on: ["selling", "sold"],
    label: () => KEY.all,
    when: always,
    act: () => (state.dialog.value = { name: "keys" }),
    foot: true,
  },
];

/** Whether the scan field holds no text, of which a key might mean a sign. */
export function isFieldEmpty() {
  return (scanField()?.value ?? "") === "";
}

/** What belongs to the screen that is shown now, in the order of the table. */
export function keysHere() {
  return KEYS.filter(({ on }) => on.length === 0 || on.includes(state.screen.value));
}
