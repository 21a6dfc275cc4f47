/** What to do about a refusal whose own remedy is for programs, by its slug (refusals.js). */

import { inBoth } from "./language.js";

export const REMEDIES = inBoth({
  "business-day-closed": [
    "Open it again below if it was closed by mistake, or open another day.",
    "若是误关，请在下方重新开启；否则开启另一天。",
  ],
  "business-day-far": [
    "Check the date and the clock. If it is meant, a manager says why below.",
    "请检查日期和时钟。若确实如此，请经理在下方说明原因。",
  ],
  "business-day-open-already": [
    "Close that day first: Menu, Close business day.",
    "请先结束那一天：菜单，结束营业日。",
  ],
  "business-day-too-early": [
    "Check the date and the clock. If it is meant, a manager says why below.",
    "请检查日期和时钟。若确实如此，请经理在下方说明原因。",
  ],
  "no-open-business-day": ["Open the day from this page.", "请在本页开始营业日。"],
  "no-open-till": ["Open the till from this page.", "请在本页开启收银台。"],
  "not-paired": [
    "Pair it again with a new code from the store server.",
    "请用店内主机的新配对码重新配对。",
  ],
  "till-open-already": [
    "Go on with it, or settle it first: Menu, Settle till.",
    "请继续使用，或先结算：菜单，结算收银台。",
  ],
  "till-session-not-carried": [
    "Open the till with what is in its drawer now.",
    "请按钱箱中现有的现金开启收银台。",
  ],
  "tills-open": [
    "Count and settle each of them at its own till, then close the day.",
    "请在各收银台清点并结算，然后结束营业日。",
  ],
  "unknown-business-day": [
    "Load the page again: it shows which day is open.",
    "请重新载入本页：会显示哪一天已开始。",
  ],
  "unknown-customer": [
    "Find the customer again, or sell without one.",
    "请重新查找顾客，或不记顾客直接销售。",
  ],
  "leave-missing": [
    "Take its lines out, and look the receipt up again: Return, F7.",
    "请移除其货品，重新查找收据：退货，F7。",
  ],
  "leave-elsewhere": [
    "Look it up again in a quarter of an hour, or send the customer there. If that shop has no line, scan the goods and take them back without a receipt.",
    "请一刻钟后重新查找，或请顾客到该店退货。若该店断线，请扫描货品，无收据退回。",
  ],
  "leave-in-doubt": [
    "Wait until head office answers; or scan the goods and take them back without a receipt.",
    "请等待总部应答；或扫描货品，无收据退回。",
  ],
  "leave-refused": [
    "Look it up again in a minute; or scan the goods and take them back without a receipt.",
    "请稍后重新查找；或扫描货品，无收据退回。",
  ],
  "sign-in-refused": [
    "Type it again. After some wrong ones there is a wait.",
    "请重新输入。输错几次后需等待。",
  ],
  "sign-in-needed": ["Sign in with your PIN.", "请用您的 PIN 登录。"],
  "session-locked": ["Type your PIN to go on.", "请输入您的 PIN 继续。"],
  "operator-not-signed-in": [
    "Whoever began it signs in again; then it goes on by itself.",
    "请由开始的人重新登录；之后会自动继续。",
  ],
  "own-pin-needed": ["Choose a PIN of your own first.", "请先设定您自己的 PIN。"],
  "permission-needed": ["Ask somebody who may do it.", "请找有权限的人。"],
  "override-needed": ["Ask somebody who may do it.", "请找有权限的人。"],
  "override-refused": [
    "Ask again: it is good once, for a minute, for this alone.",
    "请重新请求：授权仅限此事一次，一分钟内有效。",
  ],
  "unlock-refused": [
    "Read the number out again, or wait for a new one.",
    "请再读一次号码，或等待新的号码。",
  ],
  "payment-not-approved": [
    "Ask for it again, or take another way to pay.",
    "请再收一次，或选择其他付款方式。",
  ],
  "payment-differs": [
    "Take this payment out, and take it again.",
    "请移除该付款，重新收取。",
  ],
  "payment-not-named": [
    "Take this payment out, and take it again.",
    "请移除该付款，重新收取。",
  ],
  "outcome-not-known": ["Begin the payment again.", "请重新发起付款。"],
  "unknown-payment": ["Begin the payment again.", "请重新发起付款。"],
  "currency-not-known": [
    "Take the shop's own money, or a currency from the list.",
    "请收取本店货币，或列表中的外币。",
  ],
  "foreign-amount-differs": [
    "Type again what was handed over.",
    "请重新输入所收的外币。",
  ],
  "refund-elsewhere": [
    "Give back by what paid; or somebody who may allows it with their PIN.",
    "请按原付款方式退款；或由有权限的人以 PIN 授权。",
  ],
  "voucher-taken-before": [
    "Look at its number, and take another way to pay; or somebody who may allows it with their PIN.",
    "请核对号码并改用其他付款方式；或由有权限的人以 PIN 授权。",
  ],
  "value-expired": [
    "Take another way to pay; or somebody who may allows it with their PIN.",
    "请改用其他付款方式；或由有权限的人以 PIN 授权。",
  ],
  "value-not-here": [
    "Take the rest by another way to pay, or ask head office for more.",
    "余额请用其他付款方式，或向总部申请更多。",
  ],
  "load-spent": [
    "What was spent cannot be taken back; ask head office for the rest.",
    "已花掉的不能退回；其余请向总部申请。",
  ],
  "till-not-counted": ["Count the drawer first.", "请先清点钱箱。"],
  "no-unlock-key": [
    "Wait until the time is over, or ask a manager at another till.",
    "请等到时间结束，或请经理在另一收银台处理。",
  ],
});

/** What nobody at a till can do anything about. */
export const REMEDY = inBoth({
  askSomebody: [
    "Load the page again. If it stays so, ask whoever looks after the store box.",
    "请重新载入本页。若一直如此，请联系负责店内主机的人。",
  ],
});
