/** What the page says about gift cards and store credit. */

import { inBoth } from "./language.js";

export const VALUE = inBoth({
  number: ["Scan the card or the slip, or type its number", "扫描礼品卡或购物金券，或输入号码"],
  look: ["See what is on it", "查询余额"],
  creditOf: [(name) => `Store credit of ${name}`, (name) => `${name} 的购物金`],
  credit: ["Store credit", "购物金"],
  card: [(last) => `The card •••• ${last}`, (last) => `卡 •••• ${last}`],
  has: [
    (name, inAll, here) => `${name} has ${inAll}, ${here} can be spent here now.`,
    (name, inAll, here) => `${name}共 ${inAll}，现在此处可用 ${here}。`,
  ],
  away: [
    (name, here) =>
      `${name} has ${here} here. Head office is away: what else is on it is not known. ` +
      "Keep selling: the rest is paid otherwise.",
    (name, here) => `${name}此处可用 ${here}。无法联络总部，其余余额未知。请继续销售：其余以其他方式付款。`,
  ],
  until: [(day) => `Good until ${day}.`, (day) => `有效期至 ${day}。`],
  over: [
    (day) => `It was good until ${day}: a manager may still allow it with their PIN.`,
    (day) => `有效期至 ${day}，已过期：经理可用 PIN 码批准使用。`,
  ],
  ask: [(more) => `Ask head office for ${more}`, (more) => `向总部要 ${more}`],
  asking: ["Asking head office …", "正在询问总部 …"],
  askedAway: ["Head office is away and cannot be asked.", "无法联络总部。"],
  none: ["Head office has none to give now.", "总部现在没有可给的。"],
  other: ["Another card", "另一张卡"],
  amount: [(tender) => `${tender} amount`, (tender) => `${tender} 金额`],
  take: [(tender) => `Take ${tender}`, (tender) => `收 ${tender}`],
  orCredit: ["Or into store credit", "或退为购物金"],
  toCustomer: [(name) => `To the credit of ${name}`, (name) => `记入 ${name} 的购物金`],
  onNote: ["Onto a slip of store credit", "打印购物金券"],
});
