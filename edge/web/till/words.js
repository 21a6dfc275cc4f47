/** What the page as a whole says: the header, the menu, what any act may be answered with, what a
 *  reload found. Every catalogue is a file like this one (language.js says how), words_NAME.js by
 *  what it is about; what the store server sends comes in its own words, and what stands there
 *  before a script runs is in index.html and till.webmanifest. Pure. */

import { inBoth } from "./language.js";

/** 1, "line" -> "1 line"; 3 -> "3 lines" */
export function count(number, word) {
  return number === 1 ? `1 ${word}` : `${number} ${word}s`;
}

/** The page as a whole (app.js). */
export const PAGE = inBoth({
  asking: ["Asking the store box …", "正在询问店内主机 …"],
  otherTab: {
    title: ["Another tab sells", "另一个页面正在销售"],
    where: [
      "This till is open in another tab or window of this browser.",
      "本收银台已在此浏览器的另一个标签页或窗口中打开。",
    ],
    what: [
      "Sell there. When that one is closed, this one goes on by itself.",
      "请在那里销售。那一页关闭后，此页会自动继续。",
    ],
  },
  keepsNothing: {
    title: ["This browser keeps nothing", "此浏览器不保存数据"],
    why: [
      "A till must be able to keep its basket and its sales, and this browser refuses to.",
      "收银台必须能保存购物篮和销售记录，而此浏览器拒绝保存。",
    ],
    what: [
      "Open the page in a window that is not private, or free some space on this device.",
      "请在非隐私窗口中打开本页，或清理此设备的存储空间。",
    ],
  },
  notKept: [
    "The page is not kept for when the store box is down:",
    "店内主机停机时本页无法离线打开：",
  ],
});

/** What any act may be answered with (actions.js). */
export const ACT = inBoth({
  away: [
    {
      title: "The store box does not answer",
      detail: "It is not known yet whether this was done. Pressed again, it is not done twice.",
      remedy: "Try again in a moment. If it stays so, look whether the store box is switched on.",
    },
    {
      title: "店内主机没有回应",
      detail: "尚不知道此操作是否已完成。再按一次也不会重复执行。",
      remedy: "请稍后再试。若一直如此，请查看店内主机是否已开机。",
    },
  ],
  stillBusy: [
    "Wait a moment: what was pressed before is still being done.",
    "请稍候：上一个操作仍在进行。",
  ],
  cannotKeep: [
    {
      title: "This browser could not keep it",
      detail: "The browser could not write to its storage, so nothing was sent.",
      remedy: "Free some space on this device, then try again.",
    },
    {
      title: "此浏览器无法保存",
      detail: "浏览器无法写入存储，因此没有发送任何内容。",
      remedy: "请清理此设备的存储空间，然后再试。",
    },
  ],
  paidAlready: [
    {
      title: "Something was paid already",
      detail: "A part of this basket was paid, so it cannot just be emptied.",
      remedy: "Give it back, take it out on the screen Pay, then empty the basket.",
    },
    {
      title: "已收了部分款项",
      detail: "此购物篮已收了部分款项，不能直接清空。",
      remedy: "请先退还款项，在收款画面中取消该笔，再清空购物篮。",
    },
  ],
  notAnAmount: [
    (text, example) => ({
      title: "That is not an amount",
      detail: text.trim() === "" ? "No amount was typed." : `“${text}” is not an amount.`,
      remedy: `Type it like ${example}.`,
    }),
    (text, example) => ({
      title: "这不是金额",
      detail: text.trim() === "" ? "没有输入金额。" : `“${text}”不是金额。`,
      remedy: `请按此格式输入：${example}。`,
    }),
  ],
});

/** What a reload found (boot.js), and what another store's till had begun (refresh.js). */
export const FOUND_AGAIN = inBoth({
  unanswered: [
    (total) =>
      `Found again: a sale of ${total} that was sent but not answered; asking the store box …`,
    (total) => `已找回：一笔 ${total} 的销售已发送但未得到回应；正在询问店内主机 …`,
  ],
  finished: [
    (receiptNumber) => `Found again: receipt ${receiptNumber}, finished.`,
    (receiptNumber) => `已找回：收据 ${receiptNumber}，已完成。`,
  ],
  basket: [
    (lines) => `Found again: a basket of ${count(lines, "line")}.`,
    (lines) => `已找回：一个 ${lines} 行的购物篮。`,
  ],
  basketOf: [
    (lines, total) => `Found again: a basket of ${count(lines, "line")}, ${total}.`,
    (lines, total) => `已找回：一个 ${lines} 行的购物篮，${total}。`,
  ],
  setAside: [
    "This till was at another store before: what was not finished there is set aside, not sold here.",
    "本收银台之前属于另一家店：在那里未完成的已另行保留，不在此店出售。",
  ],
});

/** Digits for fingers (digits_view.js). */
export const DIGITS = inBoth({
  group: ["Digits", "数字键"],
  rubOut: ["Rub out the last sign", "删除最后一位"],
});

/** The header and the status line. */
export const STATUS = inBoth({
  till: ["Till", "收银台"],
  away: [
    "The store box does not answer. The basket is safe here; trying again.",
    "店内主机没有回应。购物篮安全保存在此；正在重试。",
  ],
  slow: [
    "Waiting for the store box: it takes longer than usual.",
    "正在等待店内主机：比平常慢。",
  ],
  otherTab: ["This tab does not sell.", "此页不作销售。"],
  notPaired: ["This till is not paired yet.", "本收银台尚未配对。"],
  close: ["Close", "关闭"],
  givingBack: [
    (receipts) =>
      `${count(receipts, "receipt")} ${receipts === 1 ? "is" : "are"} being given back to the store box.`,
    (receipts) => `正在把 ${receipts} 张收据交还店内主机。`,
  ],
});

export const MENU = inBoth({
  title: ["Menu", "菜单"],
  groups: {
    till: ["Till and day", "收银台与营业日"],
    people: ["Who is at the till", "收银人员"],
    page: ["This page", "本页面"],
    shop: ["The shop", "店铺"],
  },
  changeCashier: ["Change cashier", "更换收银员"],
  changeFrom: [
    (name) => `${name} is at the till: change cashier`,
    (name) => `${name} 正在收银：更换收银员`,
  ],
  keys: ["All keys", "所有按键"],
  language: ["中文 (Chinese)", "English（英文）"],
  settleTill: ["Settle till", "结算收银台"],
  closeDay: ["Close business day …", "结束营业日 …"],
  day: ["Business day", "营业日"],
  noDay: ["none is open", "未开始"],
  till: ["Till", "收银台"],
  tillOpen: [(tillId) => `${tillId}, open`, (tillId) => `${tillId}，已开启`],
  tillNotOpen: ["not open", "未开启"],
  storage: ["Storage", "存储"],
  promised: ["The browser has promised to keep it.", "浏览器已承诺保留数据。"],
  mayDrop: [
    "Kept, but the browser may drop it when its disk is full.",
    "已保存，但磁盘满时浏览器可能会清除。",
  ],
  promisesNothing: ["Kept; this browser promises nothing.", "已保存；此浏览器不作任何承诺。"],
  close: ["Close menu", "关闭菜单"],
});
