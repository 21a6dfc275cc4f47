/** What can be done to the chosen line, in the order of its row: each tool is data. ``face``: what
 *  stands on it; ``label``: what it does, with the line's name; ``when``: for which lines. A tool that
 *  asks opens a dialog of its own (dialogs.js): ``state.dialog.value = { name, line_key: line.key }``. */

import { isReturn } from "./basket.js";
import { askDiscount, askPrice, askQuantity, isWhole, leaveOut, oneFewer, oneMore, takeOut } from "./selling.js";
import * as state from "./state.js";
import { formatMilli } from "./text.js";
import { DISCOUNT } from "./words_discount.js";
import { RETURN } from "./words_return.js";
import { NOTE } from "./words_park.js";
import { PRICE } from "./words_price.js";
import { LINE } from "./words_selling.js";

/**
 * @typedef {object} LineTool
 * @property {string} name
 * @property {(line: import("./basket.js").BasketLine) => string} face
 * @property {(line: import("./basket.js").BasketLine) => string} label
 * @property {(line: import("./basket.js").BasketLine) => boolean} when
 * @property {(line: import("./basket.js").BasketLine) => unknown} act
 */

const always = () => true;
const quantityOf = (line) =>
  formatMilli(line.quantity_milli) + (isWhole(line) ? "" : ` ${line.unit}`);

/** @type {LineTool[]} */
export const LINE_TOOLS = [
  {
    name: "fewer",
    face: () => "−",
    label: (line) => LINE.fewer(line.name),
    when: isWhole,
    act: oneFewer,
  },
  {
    name: "quantity",
    face: quantityOf,
    label: (line) => LINE.quantity(line.name, quantityOf(line)),
    when: always,
    act: askQuantity,
  },
  {
    name: "more",
    face: () => "+",
    label: (line) => LINE.more(line.name),
    when: isWhole,
    act: oneMore,
  },
  {
    name: "discount",
    face: () => DISCOUNT.tool,
    label: (line) => DISCOUNT.toolName(line.name),
    when: (line) => !isReturn(line),
    act: askDiscount,
  },
  {
    name: "price",
    face: () => PRICE.key,
    label: (line) => PRICE.of(line.name),
    when: (line) => !isReturn(line),
    act: askPrice,
  },
  {
    name: "note",
    face: () => NOTE.tool,
    label: (line) => NOTE.toolName(line.name),
    when: always,
    act: (line) => (state.dialog.value = { name: "note", line_key: line.key }),
  },
  {
    name: "along",
    face: (line) => (line.left_out ? LINE.takeAlong : LINE.leaveOut),
    label: (line) => (line.left_out ? LINE.takeAlongWith(line.name) : LINE.leaveOutWith(line.name)),
    when: (line) => state.bringOptional.value.includes(line),
    act: leaveOut,
  },
  {
    name: "remove",
    face: () => LINE.remove,
    label: (line) => LINE.removeName(line.name),
    when: always,
    act: takeOut,
  },
  {
    name: "back",
    face: () => RETURN.without,
    label: (line) => RETURN.withoutOf(line.name),
    when: (line) => !isReturn(line),
    act: (line) => (state.dialog.value = { name: "unverified", line_key: line.key }),
  },
];
