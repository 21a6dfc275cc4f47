/** What the customer's display says. */

import { inBoth } from "./language.js";

export const DISPLAY = inBoth({
  open: ["Customer display", "顾客显示屏"],
  closed: ["This till is closed", "本收银台暂停服务"],
  welcome: ["Welcome", "欢迎光临"],
  training: ["Training: nothing is sold here", "练习模式：此处不作销售"],
  basket: ["Your basket", "您的购物篮"],
  back: ["Returned", "退货"],
  saved: [(amount) => `You save ${amount}`, (amount) => `已节省 ${amount}`],
  of: [(amount) => `of ${amount}`, (amount) => `总额 ${amount}`],
  total: ["Total", "合计"],
  left: ["Left to pay", "待付"],
  scan: [(amount) => `Scan to pay ${amount}`, (amount) => `扫码支付 ${amount}`],
  code: ["Payment code", "付款码"],
  thanks: ["Thank you", "谢谢惠顾"],
  paid: ["Paid", "已付"],
  givenBack: ["Given back", "已退还"],
  change: ["Your change", "找零"],
  points: ["Your points", "您的积分"],
});
