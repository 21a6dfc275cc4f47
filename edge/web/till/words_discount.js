/** What the page says about discounts, promotions and coupons. */

import { inBoth } from "./language.js";

export const DISCOUNT = inBoth({
  title: ["Discount", "折扣"],
  of: ["Off what", "折扣对象"],
  line: [(name) => `This line: ${name}`, (name) => `此行：${name}`],
  basket: ["The whole basket", "整个购物篮"],
  much: ["Percent or amount", "百分比或金额"],
  muchHint: ["Such as 10% or 1.50", "例如 10% 或 1.50"],
  reason: ["Reason", "原因"],
  reasonHint: ["The receipt shows it", "会印在收据上"],
  reasons: {
    damaged: ["Damaged", "破损"],
    shortDate: ["Short date", "临期"],
    match: ["Price match", "比价"],
    regular: ["Regular customer", "熟客"],
  },
  take: ["Take it off", "打折"],
  remove: ["No discount", "取消折扣"],
  back: ["Back", "返回"],
  tool: ["Discount", "折扣"],
  toolName: [(name) => `Discount on ${name}`, (name) => `${name} 的折扣`],
  ofBasket: [(much) => `Discount ${much}, whole basket`, (much) => `整单折扣 ${much}`],
  coupon: [(code) => `Coupon ${code}`, (code) => `优惠券 ${code}`],
  waits: ["nothing for it in the basket yet", "购物篮中还没有适用商品"],
  notKnown: ["not valid now", "目前无效"],
  notHere: ["not here: show it again", "本店不可用：请重新扫描"],
  couponUsed: [
    {
      title: "This coupon cannot be used",
      detail: "It is good once, and was used, or another shop has it.",
      remedy: "Sell without it.",
    },
    { title: "此优惠券不可用", detail: "仅限用一次，已使用，或在其他门店。", remedy: "请不用此券继续销售。" },
  ],
  couponAway: [
    {
      title: "This coupon cannot be checked now",
      detail: "It is good once, and head office is away.",
      remedy: "Sell without it; it stays good, and may be used when head office is back.",
    },
    {
      title: "暂时无法核对此优惠券",
      detail: "仅限用一次，而总部暂时无法连接。",
      remedy: "请不用此券继续销售；此券仍然有效，总部恢复后可用。",
    },
  ],
  takeAway: [(what) => `Take away: ${what}`, (what) => `移除：${what}`],
  wrongMuch: [
    {
      title: "That is no discount",
      detail: "It must be a percent from 0.01% to 100%, or an amount above nothing.",
      remedy: "Type it like 10% or 1.50.",
    },
    { title: "这不是折扣", detail: "必须是 0.01% 至 100%，或大于零的金额。", remedy: "例如：10% 或 1.50。" },
  ],
  wrongReason: [
    {
      title: "A discount needs a reason",
      detail: "None was typed.",
      remedy: "Choose one, or type it.",
    },
    { title: "折扣需要原因", detail: "没有输入原因。", remedy: "请选择或输入。" },
  ],
});

export const ALMOST = inBoth({
  pieces: [
    (pieces, name) => (pieces === 1 ? `One more for ${name}` : `${pieces} more for ${name}`),
    (pieces, name) => `再加 ${pieces} 件即享 ${name}`,
  ],
  minor: [(amount, name) => `${amount} more for ${name}`, (amount, name) => `再买 ${amount} 即享 ${name}`],
});
