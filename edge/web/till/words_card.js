/** What the page says of payments that a terminal or the customer's bank makes. */

import { inBoth } from "./language.js";

export const CARD = inBoth({
  amount: [(tender) => `${tender} amount`, (tender) => `${tender} 金额`],
  charge: [(tender) => `Ask the terminal: ${tender}`, (tender) => `送往刷卡机：${tender}`],
  show: ["Show the code", "显示二维码"],
  asked: [
    (tender, amount) => `${tender} ${amount}: at the terminal`,
    (tender, amount) => `${tender} ${amount}：刷卡机处理中`,
  ],
  waiting: [
    "It is kept what was asked for. Do not take it again: it goes on by itself.",
    "已记下所请求的付款。请勿再次收取：会自动继续。",
  ],
  unknown: ["Card unknown: do not charge again", "刷卡结果不明：请勿再次扣款"],
  whyUnknown: [
    (tender, amount, reference) =>
      `Nobody knows yet whether ${tender} ${amount} was taken (${reference}). Ask the terminal ` +
      "again: asked again is not charged again.",
    (tender, amount, reference) =>
      `尚不知 ${tender} ${amount} 是否已扣款（${reference}）。请再次询问刷卡机：再次询问不会再次扣款。`,
  ],
  refund: {
    asked: [
      (tender, amount) => `${tender} ${amount}: being given back by the terminal`,
      (tender, amount) => `${tender} ${amount}：刷卡机退款中`,
    ],
    waiting: [
      "It is kept what is given back. Do not give it back again: it goes on by itself.",
      "已记下退款。请勿再次退款：会自动继续。",
    ],
    unknown: ["Refund unknown: do not give back again", "退款结果不明：请勿再次退款"],
    whyUnknown: [
      (tender, amount, reference) =>
        `Nobody knows yet whether ${tender} ${amount} went back (${reference}). Ask the terminal ` +
        "again: asked again is not given back again.",
      (tender, amount, reference) =>
        `尚不知 ${tender} ${amount} 是否已退款（${reference}）。请再次询问刷卡机：再次询问不会再次退款。`,
    ],
  },
  giveBack: [
    (tender, amount) => `Give back by the terminal: ${tender} ${amount}`,
    (tender, amount) => `由刷卡机退款：${tender} ${amount}`,
  ],
  takeUp: [
    (tender, amount) => `The terminal gave back ${tender} ${amount} already: go on`,
    (tender, amount) => `刷卡机已退 ${tender} ${amount}：继续`,
  ],
  otherAmount: [
    (given, wanted) => ({
      title: "The terminal gave back another amount",
      detail: `It gave back ${given} of this payment already, for a basket that was lost; this one comes to ${wanted}.`,
      remedy: `Take back goods for which ${given} goes back to the card, then go on.`,
    }),
    (given, wanted) => ({
      title: "刷卡机已退的金额不同",
      detail: `刷卡机已为丢失的购物篮退回 ${given}；此篮应退 ${wanted}。`,
      remedy: `请退回应退至卡 ${given} 的货品，然后继续。`,
    }),
  ],
  notGivenBack: [
    (why) => `The terminal gave nothing back. ${why} Give it back by hand.`,
    (why) => `刷卡机没有退款。${why} 请手工退款。`,
  ],
  again: ["Ask the terminal again", "再次询问刷卡机"],
  giveUp: ["Give this payment up", "放弃此付款"],
  declined: [
    (why) => `The card was declined. ${why} Take another tender.`,
    (why) => `刷卡被拒。${why} 请改用其他付款方式。`,
  ],
  voiding: [
    () => "The payment is given up; the terminal is asked to give it back until it has.",
    () => "付款已放弃；会一直请求刷卡机退回，直到完成。",
  ],
  voided: [
    () => "The payment is given up: nothing was taken, or it was given back.",
    () => "付款已放弃：没有扣款，或已退回。",
  ],
  code: ["Code to pay by", "付款二维码"],
  scanIt: [
    (reference) => `The customer scans this with their bank's app. Reference ${reference}.`,
    (reference) => `请顾客用银行应用扫描。参考号 ${reference}。`,
  ],
  confirmed: ["The bank says that it came", "银行确认已到账"],
  onSight: ["Seen on the customer's telephone", "已在顾客手机上看到"],
  notPaid: ["Not paid", "未付款"],
  unfinished: ["Payments that no receipt has", "没有收据的付款"],
  undo: ["Give back", "退回"],
  refundLost: [
    (amount, number) =>
      `${amount} went back by the terminal${number === null ? "" : ` for receipt ${number}`}, and no ` +
      "receipt says so: take the same goods back to finish it. Do not give it back again.",
    (amount, number) =>
      `刷卡机已退回 ${amount}${number === null ? "" : `（收据 ${number}）`}，但没有收据记录：请退回相同货品以完成。请勿再次退款。`,
  ],
  refundAsked: [
    (amount, number) =>
      `It is being asked whether ${amount} went back${number === null ? "" : ` for receipt ${number}`}. Do not give it back again.`,
    (amount, number) =>
      `正在查询 ${amount} 是否已退回${number === null ? "" : `（收据 ${number}）`}。请勿再次退款。`,
  ],
  finishRefund: ["Take those goods back", "退回该货品"],
  states: {
    asked: ["At the terminal", "刷卡机处理中"],
    unknown: ["Unknown: it is being asked about", "结果不明：正在查询"],
    approved: ["Approved", "已批准"],
    shown: ["Code shown", "已显示二维码"],
    accepted: ["Accepted", "已接受"],
    voiding: ["Being given back", "退回中"],
  },
});
