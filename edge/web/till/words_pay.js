/** What the page says while a sale is paid, on its way to the store server, and finished. */

import { inBoth } from "./language.js";

export const PAY = inBoth({
  title: ["Pay", "收款"],
  back: ["Back to basket", "返回购物篮"],
  by: ["Pay by", "付款方式"],
  finish: ["Finish the sale", "完成销售"],
  left: ["Left to pay", "尚欠"],
  cashLeft: ["In cash, rounded", "现金（取整）"],
  asking: ["Asking the store box for the amounts …", "正在向店内主机查询金额 …"],
  noted: [
    (tender, amount) => `${tender} ${amount} is noted.`,
    (tender, amount) => `已记下 ${tender} ${amount}。`,
  ],
  notAgain: [
    "Do not take it again: the store box is being asked, and the sale goes on by itself as soon " +
      "as it answers.",
    "请勿再次收取：正在询问店内主机，一有回应销售会自动继续。",
  ],
  paidSoFar: ["Paid so far", "已付"],
  takeBack: [(tender) => `Take back ${tender}`, (tender) => `取消 ${tender}`],
  exact: [(amount) => `Exact ${amount}`, (amount) => `刚好 ${amount}`],
  cashGiven: ["Cash given", "收到现金"],
  takeCash: ["Take cash", "收现金"],
  take: [(amountOrTender) => `Take ${amountOrTender}`, (amountOrTender) => `收 ${amountOrTender}`],
  much: [
    (amount) => `${amount} is more than ten times what is due.`,
    (amount) => `${amount} 超过应付金额的十倍。`,
  ],
  amount: [(tender) => `${tender} amount`, (tender) => `${tender} 金额`],
  reference: [(tender) => `${tender} reference`, (tender) => `${tender} 参考号`],
  referenceHints: {
    card: ["What the terminal's slip says", "刷卡机签单上的号码"],
    qr: ["What the customer's telephone shows", "顾客手机上显示的号码"],
    voucher: ["The number that stands on it", "礼券上的号码"],
  },
});

/** More than is due, for who serves (tip_view.js). */
export const TIP = inBoth({
  title: ["Tip", "小费"],
  none: ["No tip", "不给小费"],
  other: ["Another tip", "其他小费金额"],
  add: ["Set tip", "设定小费"],
  with: ["With the tip", "含小费"],
  onDisplay: [
    "The customer can choose it on their display, or tell you.",
    "顾客可在显示屏上自行选择，或告诉您。",
  ],
  said: [
    (amount) => `The customer chose a tip of ${amount}.`,
    (amount) => `顾客选择了小费 ${amount}。`,
  ],
  saidNone: ["The customer chose no tip.", "顾客选择不给小费。"],
});

/** A sale on its way to the store server (outbox.js, receipt_view.js). */
export const SENDING = inBoth({
  finishing: ["Finishing the sale", "正在完成销售"],
  givingUp: ["Giving the sale up", "正在放弃销售"],
  sent: ["Sent …", "已发送 …"],
  askedToRefuse: ["Asking the store box to refuse it …", "正在请店内主机拒绝此笔 …"],
  couldNot: [
    "The store box could not do it. It is asked again by itself.",
    "店内主机未能完成。会自动重试。",
  ],
  awayGivingUp: [
    "The store box does not answer. It is asked again until it does.",
    "店内主机没有回应。会一直重试直到有回应。",
  ],
  away: [
    "The store box does not answer. The sale is safe here and is sent again by itself; it will " +
      "not be sold twice.",
    "店内主机没有回应。销售安全保存在此，会自动重新发送；不会重复销售。",
  ],
  tryAgain: ["Try again", "重试"],
  giveUp: ["Give this sale up", "放弃此笔销售"],
  whenToGiveUp: [
    "Give it up only if it is not to be sold: the basket comes back, and this sale can then never " +
      "be finished.",
    "仅在确定不卖时才放弃：购物篮会恢复，此笔销售将永远不能完成。",
  ],
  givenUp: [
    "The sale was given up: nothing was sold. The basket is back.",
    "销售已放弃：没有售出任何商品。购物篮已恢复。",
  ],
  cannotKeep: [
    {
      title: "This browser could not keep the receipt",
      detail: "The browser could not write to its storage; what the store box answers is not lost.",
      remedy: "Free some space on this device: the page goes on by itself.",
    },
    {
      title: "此浏览器无法保存收据",
      detail: "浏览器无法写入存储；店内主机的回应不会丢失。",
      remedy: "请清理此设备的存储空间：本页会自动继续。",
    },
  ],
});

export const RECEIPT = inBoth({
  title: ["Sold", "已售出"],
  receipt: [(number) => ["Receipt ", number], (number) => ["收据 ", number]],
  due: ["To pay", "应付"],
  change: ["Change", "找零"],
  tip: ["Tip", "小费"],
  points: ["Points to spend here", "本店可用积分"],
  newSale: ["New sale", "新的销售"],
  print: ["Print", "打印"],
  paper: [
    {
      printing: "Printing …",
      printed: "The receipt is printed.",
      copy: "A copy is printed, and says so.",
      out: (number) =>
        `Printer out: the sale is safe, ${number}. See to paper and line, then print again.`,
    },
    {
      printing: "正在打印…",
      printed: "收据已打印。",
      copy: "已打印副本，并已注明。",
      out: (number) => `打印机未打印：销售安全，${number}。请检查纸张和连接后再打印。`,
    },
  ],
});
