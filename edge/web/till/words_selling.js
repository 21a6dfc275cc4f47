/** What the selling page says: the basket, its lines and their tools, the bar, the finder, keys. */

import { inBoth } from "./language.js";
import { count } from "./words.js";

export const SELLING = inBoth({
  title: ["Sell", "销售"],
  basket: ["Basket", "购物篮"],
  empty: ["Empty basket", "清空购物篮"],
  emptied: ["The basket was emptied.", "购物篮已清空。"],
  bringBack: ["Bring it back", "恢复"],
  nothing: ["Nothing in it yet: scan the first item.", "还没有商品：请扫描第一件。"],
  pay: ["Pay", "收款"],
  exactCash: ["Exact cash", "现金刚好"],
  customer: ["Customer", "顾客"],
  noCustomer: ["Without customer", "不记顾客"],
  points: [(points) => `${points} points to spend here`, (points) => `本店可用 ${points} 积分`],
  lent: [(points) => `${points} of them lent by the shop`, (points) => `其中 ${points} 由本店垫付`],
  tier: [(name, times) => `${name}, ${times} × points`, (name, times) => `${name}，${times} 倍积分`],
  expiring: [
    (points, day) => `${points} points run out after ${day}`,
    (points, day) => `${points} 积分于 ${day} 后失效`,
  ],
  items: [(number) => count(number, "item"), (number) => `${number} 件`],
  saved: [(amount) => `saved ${amount}`, (amount) => `已省 ${amount}`],
  tax: [(amount) => `tax ${amount}`, (amount) => `税 ${amount}`],
  earns: [(points) => `${points} points`, (points) => `${points} 积分`],
  taxIncluded: [(rate) => `Includes ${rate} tax`, (rate) => `含税 ${rate}`],
  taxAdded: [(rate) => `Plus ${rate} tax`, (rate) => `另加税 ${rate}`],
  pointsEarned: ["Points earned", "获得积分"],
  total: ["Total", "合计"],
  totalIn: [(currency) => `Total ${currency}`, (currency) => `合计 ${currency}`],
  beforeChange: ["before the last change", "上次更改之前"],
});

/** The tools of the chosen line (line_tools.js). */
export const LINE = inBoth({
  tools: [(name) => `Tools for ${name}`, (name) => `${name} 的操作`],
  fewer: [(name) => `One less ${name}`, (name) => `${name} 减一`],
  more: [(name) => `One more ${name}`, (name) => `${name} 加一`],
  quantity: [(name, now) => `Quantity ${now}, ${name}`, (name, now) => `数量 ${now}，${name}`],
  leaveOut: ["Without extra", "不要附加"],
  leaveOutWith: [(name) => `Without what goes along with ${name}`, (name) => `${name} 不要附加商品`],
  takeAlong: ["With extra", "要附加"],
  takeAlongWith: [(name) => `With what goes along with ${name}`, (name) => `${name} 要附加商品`],
  remove: ["Remove", "删除"],
  removeName: [(name) => `Remove ${name}`, (name) => `删除 ${name}`],
});

export const QUANTITY = inBoth({
  title: [(name) => `Quantity of ${name}`, (name) => `${name} 的数量`],
  field: ["Quantity", "数量"],
  fieldIn: [(unit) => `Quantity in ${unit}`, (unit) => `数量（${unit}）`],
  take: ["Take it", "确定"],
  back: ["Back", "返回"],
  wrong: [
    {
      title: "That is not a quantity",
      detail: "It must be a number above nothing; what is sold by the piece is sold whole.",
      remedy: "Type it like 3.",
    },
    { title: "这不是数量", detail: "必须是大于零的数字；按件出售的商品须为整数。", remedy: "例如：3。" },
  ],
});

export const FINDER = inBoth({
  label: ["Scan or search", "扫描或搜索"],
  placeholder: ["Scan, code or words …", "扫描、条码或名称 …"],
  hint: ["Enter takes a code; 3*CODE takes three.", "按 Enter 取条码；3*条码 取三件。"],
  results: ["Search results", "搜索结果"],
  priceIsAsked: ["price is asked", "需输入价格"],
  noPrice: ["no price", "无价格"],
});

/** What keys do (keys_table.js). */
export const KEY = inBoth({
  row: ["Keys", "按键"],
  all: ["All keys", "所有按键"],
  close: ["Close", "关闭"],
  anywhere: ["Everywhere", "任何画面"],
  places: {
    selling: ["While selling", "销售时"],
    paying: ["While paying", "收款时"],
    sold: ["After the sale", "售出后"],
    receipts: ["Among the last receipts", "查看最近收据时"],
  },
  lock: ["Lock", "锁定"],
  pay: ["Pay", "收款"],
  customer: ["Customer", "顾客"],
  exactCash: ["Exact cash", "现金刚好"],
  up: ["Line above", "上一行"],
  down: ["Line below", "下一行"],
  more: ["One more", "加一"],
  fewer: ["One less", "减一"],
  quantity: ["Quantity", "数量"],
  remove: ["Remove line", "删除此行"],
  find: ["To the scan field", "回到扫描栏"],
  back: ["Back to basket", "返回购物篮"],
  newSale: ["New sale", "新的销售"],
});
