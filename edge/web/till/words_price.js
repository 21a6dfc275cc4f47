/** What the page says about prices: of books, and one that is set by hand. */

import { inBoth } from "./language.js";

export const PRICE = inBoth({
  key: ["Price", "价格"],
  of: [(name) => `Price of ${name}`, (name) => `${name} 的价格`],
  costs: [(price) => `It costs ${price}`, (price) => `现价 ${price}`],
  field: ["Price of one", "单价"],
  fieldIn: [(unit) => `Price of one ${unit}`, (unit) => `每 ${unit} 单价`],
  fromOn: [(name, many) => `${name}, from ${many}`, (name, many) => `${name}，满 ${many} 起`],
  alone: ["Promotions leave this line alone", "促销不再适用于此行"],
  reason: ["Reason", "原因"],
  reasonHint: ["The receipt shows it", "会印在收据上"],
  reasons: {
    label: ["Wrong label", "标签有误"],
    match: ["Price match", "比价"],
    damaged: ["Damaged", "破损"],
    agreed: ["As agreed", "已约定"],
  },
  set: ["Set the price", "设定价格"],
  remove: ["As it costs", "恢复原价"],
  back: ["Back", "返回"],
  wrong: [
    {
      title: "That is no price",
      detail: "It must be an amount, or 0.",
      remedy: "Type it like 1.50.",
    },
    { title: "这不是价格", detail: "必须是金额或 0。", remedy: "例如：1.50。" },
  ],
  wrongReason: [
    {
      title: "A price by hand needs a reason",
      detail: "None was typed.",
      remedy: "Choose one, or type it.",
    },
    { title: "手动定价需要原因", detail: "没有输入原因。", remedy: "请选择或输入。" },
  ],
});
