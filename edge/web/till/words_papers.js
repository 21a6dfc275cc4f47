/** What the page says of a receipt in another form than on the printer. */

import { inBoth } from "./language.js";

export const PAPERS = inBoth({
  mail: ["E-mail", "电子邮件"],
  invoice: ["Tax invoice", "税务发票"],
  pdf: ["PDF, A4", "PDF 文件（A4）"],
  needed: [
    (amount) => `Above ${amount}: a registered buyer needs a tax invoice. Ask the customer.`,
    (amount) => `超过 ${amount}：已登记的买方需要税务发票。请询问顾客。`,
  ],
  invoiceTitle: ["Make the receipt out to a buyer", "为买方开具税务发票"],
  name: ["Buyer's name", "买方名称"],
  address: ["Buyer's address", "买方地址"],
  number: ["Buyer's tax number", "买方税务登记号"],
  numberHint: ["Where the buyer is registered", "如买方已登记"],
  make: ["Make the invoice", "开具发票"],
  back: ["Back", "返回"],
  invoiced: [
    "It is a tax invoice now: print it, send it or save it.",
    "已成为税务发票：请打印、发送或保存。",
  ],
  noBuyer: [
    {
      title: "That needs the buyer",
      detail: "A tax invoice names its buyer, with the address.",
      remedy: "Type both.",
    },
    { title: "需要买方", detail: "税务发票必须注明买方名称和地址。", remedy: "请输入两者。" },
  ],
  mailTitle: ["Send the receipt by e-mail", "用电子邮件发送收据"],
  to: ["E-mail address", "电子邮件地址"],
  toHint: [
    "As the customer says it; it is forgotten when the receipt was sent",
    "由顾客告知；收据发送后不再保存",
  ],
  send: ["Send it", "发送"],
  noted: [
    "The receipt goes by e-mail as soon as there is a line.",
    "一有网络，收据就会通过电子邮件发送。",
  ],
});
