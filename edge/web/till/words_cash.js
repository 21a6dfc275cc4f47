/** What the page says of cash that moves without a sale, and of a drawer that is counted. */

import { inBoth } from "./language.js";

export const CASH = inBoth({
  title: ["Cash in or out, without a sale", "非销售现金收支"],
  menu: ["Cash in or out", "现金收支"],
  kind: ["Which way", "方向"],
  kinds: {
    loan: ["Loan, from the safe", "由保险箱补充"],
    pickup: ["Pickup, into the safe", "取入保险箱"],
    paid_in: ["Paid in", "收入"],
    paid_out: ["Paid out", "支出"],
  },
  amount: ["Amount", "金额"],
  withSafe: ["Safe", "保险箱"],
  elsewhere: ["Elsewhere", "其他"],
  otherSide: ["From or to", "来源或去向"],
  reason: ["Reason", "原因"],
  reasonHint: ["Head office sees it", "总部会看到"],
  reasons: {
    loan: {
      coins: ["Coins ran out", "硬币不足"],
      notes: ["Small notes ran out", "小额钞票不足"],
    },
    pickup: {
      full: ["Too much in the drawer", "钱箱现金过多"],
      large: ["Large notes", "大额钞票"],
    },
    paid_in: {
      back: ["Change came back", "找零退回"],
      found: ["Found at the till", "收银台拾得"],
    },
    paid_out: {
      goods: ["Bought for the shop", "店内采购"],
      delivery: ["Paid a delivery", "支付送货"],
    },
  },
  move: ["Put it down", "记录"],
  back: ["Back", "返回"],
  moved: {
    loan: [
      (amount) => `${amount} came from the safe into the drawer.`,
      (amount) => `${amount} 已由保险箱补充入钱箱。`,
    ],
    pickup: [
      (amount) => `${amount} went from the drawer into the safe.`,
      (amount) => `${amount} 已由钱箱取入保险箱。`,
    ],
    paid_in: [
      (amount) => `${amount} was paid into the drawer.`,
      (amount) => `${amount} 已收入钱箱。`,
    ],
    paid_out: [
      (amount) => `${amount} was paid out of the drawer.`,
      (amount) => `${amount} 已由钱箱支出。`,
    ],
  },
  out: [
    {
      title: "The printer did not open the drawer",
      detail: "The cash is put down; the printer cannot be reached.",
      remedy: "Open the drawer with its key, and see to the printer.",
    },
    {
      title: "打印机没有打开钱箱",
      detail: "现金变动已记录；打印机无法连接。",
      remedy: "请用钥匙打开钱箱，并检查打印机。",
    },
  ],
  noReason: [
    {
      title: "That needs a reason",
      detail: "Cash moves without a sale only where it is said why.",
      remedy: "Choose a reason or type one.",
    },
    { title: "需要原因", detail: "非销售的现金变动必须说明原因。", remedy: "请选择或输入原因。" },
  ],
});

/** Notes and coins, wherever they are typed. */
export const PIECES = inBoth({
  group: ["Notes and coins", "钞票和硬币"],
  by: ["By notes and coins", "按面额"],
  hint: [
    "How many of each; the amount is what they come to, and may be left empty.",
    "各面额的张数或枚数；金额即其合计，可不填。",
  ],
  sum: ["Together so far", "目前合计"],
  notPieces: [
    {
      title: "That is no number of notes or coins",
      detail: "How many there are is typed with digits alone.",
      remedy: "Correct the number, or leave it empty where there are none.",
    },
    {
      title: "这不是张数或枚数",
      detail: "数量只能用数字输入。",
      remedy: "请改正；没有的面额请留空。",
    },
  ],
});

export const COUNT = inBoth({
  byPieces: ["Count by notes and coins", "按面额清点"],
  hint: [
    "How many of each lie in the drawer. The till is settled when you have seen the difference.",
    "钱箱中各面额的张数或枚数。看到差额后再结算。",
  ],
  slips: ["Slips", "单据"],
  title: ["The drawer is counted", "钱箱已清点"],
  settle: ["Settle with this count", "按此清点结算"],
  again: ["Count again", "重新清点"],
  kept: [
    "This count is kept; counting again makes another beside it.",
    "此次清点已保存；重新清点会另存一次。",
  ],
});
