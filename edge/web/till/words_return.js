/** What the page says about goods that come back. */

import { inBoth } from "./language.js";

export const RETURN = inBoth({
  title: ["Take goods back", "退货"],
  key: ["Return", "退货"],
  code: ["Scan the receipt, or type its number", "扫描收据，或输入收据号"],
  look: ["Look it up", "查找"],
  back: ["Back", "返回"],
  of: [(number, day) => `${number} of ${day}`, (number, day) => `${day} 的 ${number}`],
  ofShop: [
    (shop) => `Bought at ${shop}: head office is asked before its goods are taken back here.`,
    (shop) => `购于 ${shop}：在此退货前会先询问总部。`,
  ],
  takenBackAt: [
    (shop) => `${shop} is taking goods of it back just now.`,
    (shop) => `${shop} 正在退此收据的货品。`,
  ],
  asking: ["Asking head office …", "正在询问总部……"],
  changed: [
    {
      title: "Less is left than that",
      detail: "Something of this receipt came back meanwhile, here or at another shop.",
      remedy: "Look at what is left now, and take back at most that.",
    },
    { title: "剩余可退数量不足", detail: "此收据的部分货品已在本店或他店退回。", remedy: "请查看现在的可退数量。" },
  ],
  voided: [(by) => `It was voided by ${by}: nothing is left to take back.`, (by) => `已由 ${by} 作废：无可退之货。`],
  nothing: ["All of it came back already.", "已全部退回。"],
  left: [
    (left, sold) => `${left} of ${sold} can come back`,
    (left, sold) => `可退 ${left}，共 ${sold}`,
  ],
  howMany: [(name) => `How much of ${name}`, (name) => `${name} 退多少`],
  much: ["How much", "数量"],
  all: ["Take all of it back", "全部退回"],
  take: ["Take these back", "退回这些"],
  wrong: [
    {
      title: "So much cannot come back",
      detail: "A quantity is no number, or more than is left.",
      remedy: "Type how much comes back of each, nothing where none does.",
    },
    { title: "不能退这么多", detail: "数量不是数字，或超过可退数量。", remedy: "请输入每项退回的数量，不退则留空。" },
  ],
  paidBy: ["Paid by", "原付款"],
  without: ["Take back", "退回"],
  withoutOf: [(name) => `Take back ${name} without a receipt`, (name) => `无收据退回 ${name}`],
  why: ["Why without a receipt", "无收据的原因"],
  takeBack: ["Take it back", "退回"],
  void: ["Void the whole receipt", "作废整张收据"],
  whyVoid: ["Or why the whole receipt should not have been", "或整张收据作废的原因"],
  basketFirst: [
    {
      title: "The basket is not empty",
      detail: "A receipt is voided by itself.",
      remedy: "Finish or empty the basket first.",
    },
    { title: "购物篮不是空的", detail: "作废收据须单独进行。", remedy: "请先完成或清空购物篮。" },
  ],
  voiding: [
    (number) => `Receipt ${number} is voided whole: each tender gets back what it paid.`,
    (number) => `整张收据 ${number} 将作废：各付款方式退回原付金额。`,
  ],
  mark: ["comes back", "退回"],
  giveBack: ["Give back", "退款"],
  goesBack: ["By what was paid", "按原付款方式"],
  points: [
    (points) => `${points} ${points === 1 ? "point" : "points"}`,
    (points) => `${points} 积分`,
  ],
  done: [(amount) => `Give back ${amount}`, (amount) => `退款 ${amount}`],
});
