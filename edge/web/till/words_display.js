/** What the customer's display says. */

import { inBoth } from "./language.js";

export const DISPLAY = inBoth({
  open: ["Customer display", "顾客显示屏"],
  another: ["Display on another device …", "另一设备作显示屏 …"],
  anotherTitle: ["A display for customers", "顾客显示屏"],
  anotherScan: [
    "On the device that stands before the customer, scan this picture. It shows the basket, and can do nothing else.",
    "请用面向顾客的设备扫描此图。它只显示购物篮，不能做别的。",
  ],
  anotherOnlyHere: [
    "Other devices are answered as soon as the store box has its certificate.",
    "店内主机取得证书后，才会回应其他设备。",
  ],
  anotherLink: ["The address, good once, for 15 minutes:", "地址，只能用一次，15 分钟内有效："],
  notPaired: ["This display belongs to no till", "此显示屏不属于任何收银台"],
  pairIt: [
    "At the till: Menu, Display on another device; then scan the picture with this device.",
    "在收银台：菜单，另一设备作显示屏；然后用此设备扫描图片。",
  ],
  closed: ["This till is closed", "本收银台暂停服务"],
  welcome: ["Welcome", "欢迎光临"],
  training: ["Training: nothing is sold here", "练习模式：此处不作销售"],
  basket: ["Your basket", "您的购物篮"],
  back: ["Returned", "退货"],
  saved: [(amount) => `You save ${amount}`, (amount) => `已节省 ${amount}`],
  of: [(amount) => `of ${amount}`, (amount) => `总额 ${amount}`],
  total: ["Total", "合计"],
  totalWithTip: ["Total with your tip", "含小费合计"],
  left: ["Left to pay", "待付"],
  scan: [(amount) => `Scan to pay ${amount}`, (amount) => `扫码支付 ${amount}`],
  code: ["Payment code", "付款码"],
  tip: ["Would you like to add a tip?", "您愿意给小费吗？"],
  noTip: ["No tip", "不给小费"],
  withTip: [(amount) => `Your tip: ${amount}, thank you`, (amount) => `小费 ${amount}，谢谢`],
  withoutTip: ["No tip, thank you", "不给小费，谢谢"],
  tellCashier: ["Please tell the cashier", "请告诉收银员"],
  thanks: ["Thank you", "谢谢惠顾"],
  paid: ["Paid", "已付"],
  givenBack: ["Given back", "已退还"],
  change: ["Your change", "找零"],
  points: ["Your points", "您的积分"],
});
