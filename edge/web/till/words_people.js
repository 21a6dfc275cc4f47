/** What the page says about people: who is signed in, PINs, what somebody else must allow. */

import { inBoth } from "./language.js";

export const SIGN_IN = inBoth({
  who: ["Who is at the till?", "谁在收银？"],
  nobody: [
    "Head office has made no operator known to this store yet.",
    "总部尚未为此店设置任何操作员。",
  ],
  narrow: ["Name", "姓名"],
  noneFound: ["Nobody here has such a name.", "这里没有此姓名的人。"],
  noPin: ["no PIN yet: head office gives one", "尚无 PIN：由总部发放"],
  pin: [(name) => `PIN of ${name}`, (name) => `${name} 的 PIN`],
  pinLabel: ["PIN", "PIN"],
  enter: ["Sign in", "登录"],
  unlock: ["Go on", "继续"],
  locked: [
    (name) => `Locked. ${name}, type your PIN to go on.`,
    (name) => `已锁定。${name}，请输入您的 PIN 继续。`,
  ],
  basketStays: ["The basket stays as it is.", "购物篮保持不变。"],
  another: ["Somebody else", "其他人"],
  back: ["Back", "返回"],
  rubOut: ["Rub out the last digit", "删除最后一位"],
  checking: ["One moment …", "请稍候 …"],
  notAPin: [
    { title: "That is no PIN", detail: "A PIN has 4 to 8 digits.", remedy: "Type it again." },
    { title: "这不是 PIN", detail: "PIN 为 4 至 8 位数字。", remedy: "请重新输入。" },
  ],
});

export const OWN_PIN = inBoth({
  title: ["Choose your own PIN", "设定您自己的 PIN"],
  why: [
    "The PIN that you came in with was a starting one, which somebody gave you. From now on only you know yours.",
    "您刚才用的是别人给您的初始 PIN。从现在起，只有您知道自己的 PIN。",
  ],
  rule: [
    "4 to 8 digits; not all alike, and no run such as 1234.",
    "4 至 8 位数字；不可全部相同，也不可连续，如 1234。",
  ],
  now: ["PIN so far", "目前的 PIN"],
  first: ["Your own PIN", "您自己的 PIN"],
  again: ["The same again", "再输入一次"],
  keep: ["Keep this PIN", "保存此 PIN"],
  back: ["Back", "返回"],
  kept: [
    "Your PIN is changed. It holds in every shop as soon as head office has it.",
    "您的 PIN 已更改。总部收到后，在所有店铺生效。",
  ],
  notTheSame: [
    {
      title: "The two are not the same",
      detail: "What was typed the second time is another PIN.",
      remedy: "Type both again.",
    },
    { title: "两次不一致", detail: "第二次输入的是另一个 PIN。", remedy: "请两次都重新输入。" },
  ],
});

/** After wrong PINs (locked_out_view.js). */
export const LOCKED_OUT = inBoth({
  title: [(name) => `${name} has to wait`, (name) => `${name} 须等待`],
  why: [
    "Too many wrong PINs were typed, so for a while none is looked at. The shop goes on: somebody else can sign in, or one of these lets in again:",
    "PIN 输错次数太多，暂时不再接受。店铺照常营业：其他人可以登录，或以下列方式重新进入：",
  ],
  wait: [(time) => `The time that is left: ${time}.`, (time) => `剩余时间：${time}。`],
  over: ["The time is over: try again.", "时间已到：请重试。"],
  tryAgain: ["Try again", "重试"],
  manager: [
    "A manager signs in at another till: Menu, Let somebody in.",
    "经理在另一收银台登录：菜单，允许某人进入。",
  ],
  telephone: ["Call head office", "致电总部"],
  read: ["Read this number to head office:", "请向总部读出此号码："],
  answer: ["What head office says", "总部的答复"],
  answerHint: ["Eight digits", "八位数字"],
  letIn: ["Let me in", "让我进入"],
  triesLeft: [
    (left) => (left === 1 ? "One try is left." : `${left} tries are left.`),
    (left) => `还可试 ${left} 次。`,
  ],
  another: ["Somebody else", "其他人"],
  isIn: [(name) => `${name} may try again now.`, (name) => `${name} 现在可以重试。`],
});

/** A manager lets in who was locked out (let_in_view.js). */
export const LET_IN = inBoth({
  title: ["Let somebody in", "允许某人进入"],
  what: [
    "Whoever typed too many wrong PINs may try again at once.",
    "PIN 输错太多次的人可以立即重试。",
  ],
  who: ["Who", "谁"],
  reason: ["Reason", "原因"],
  reasonHint: ["Such as: forgot the PIN", "例如：忘记 PIN"],
  letIn: ["Let in", "允许进入"],
  close: ["Close", "关闭"],
});

/** What somebody else must allow (override_view.js). */
export const OVERRIDE = inBoth({
  title: ["Somebody else has to allow this", "须由其他人授权"],
  may: [
    (name, act) => `${name} may not do this alone: ${act}.`,
    (name, act) => `${name} 不能单独执行：${act}。`,
  ],
  who: ["Who allows it?", "谁授权？"],
  nobody: ["Nobody else with a PIN is known here.", "这里没有其他有 PIN 的人。"],
  pin: [(name) => `PIN of ${name}`, (name) => `${name} 的 PIN`],
  reason: ["Reason", "原因"],
  reasonHint: ["Head office sees it", "总部会看到"],
  allow: ["Allow it", "授权"],
  another: ["Another person", "另一个人"],
  close: ["Do not do it", "不执行"],
  acts: {
    open_day: ["open the business day", "开始营业日"],
    close_day: ["close the business day", "结束营业日"],
    reopen_day: ["open this day", "开启这一天"],
    open_till: ["open the till", "开启收银台"],
    settle_till: ["settle the till", "结算收银台"],
    edit_customers: ["change a customer", "更改顾客资料"],
    arrange_till: ["arrange the quick keys", "编排快捷键"],
    train: ["use the till in training", "使用练习模式"],
    discount: ["take so much off", "给予此折扣"],
    price_override: ["set this price", "设定此价格"],
    return_goods: ["take back goods of this amount", "退回此金额的商品"],
    return_without_receipt: ["take goods back without a receipt", "无收据退货"],
    refund_elsewhere: [
      "take back what another shop sold, or give back by what did not pay",
      "退他店所售之货，或以其他方式退款",
    ],
    expired_value: ["take a card whose last day is over", "收取已过期的卡"],
    voucher_again: ["take a voucher that was taken before", "收取已用过的礼券"],
    void: ["void this receipt", "作废此收据"],
    no_sale: ["open the drawer without a sale", "不销售而打开钱箱"],
    move_cash: ["move cash of this amount", "调拨此金额的现金"],
    settle_others: ["count somebody else's till", "清点他人的收银台"],
    sell: ["sell at this price", "以此价格出售"],
  },
});

/** The shop's tills (tills_view.js). */
export const TILLS = inBoth({
  title: ["Tills", "收银台"],
  another: ["Another till", "另一收银台"],
  anotherHint: ["Its own name, such as W2", "它的名称，例如 W2"],
  code: ["Make a pairing code", "生成配对码"],
  scan: [
    (name) => `On the device that becomes ${name}, scan this picture:`,
    (name) => `请用将成为 ${name} 的设备扫描此图：`,
  ],
  onlyHere: [
    (name) =>
      `The code for ${name}. Other devices are answered as soon as the store box has its certificate.`,
    (name) => `${name} 的配对码。店内主机取得证书后，才会回应其他设备。`,
  ],
  picture: ["QR code with the pairing link", "含配对链接的二维码"],
  typed: [
    "Or type the code there; it is good once, for 15 minutes:",
    "或在那里输入配对码；只能用一次，15 分钟内有效：",
  ],
  first: [
    (address) => `A device that was never a till here opens this first: ${address ?? "ask a technician"}`,
    (address) => `从未在此作收银台的设备，请先打开：${address ?? "请询问技术人员"}`,
  ],
  fingerprint: [
    (authority) => `It must show this fingerprint of ${authority}:`,
    (authority) => `它必须显示 ${authority} 的此指纹：`,
  ],
  thisOne: ["this one", "本机"],
  heard: [(time) => `last heard at ${time}`, (time) => `最后联络于 ${time}`],
  notHeard: [
    "not heard since the store box was started",
    "店内主机启动后尚未联络",
  ],
  end: [(name) => `End ${name}`, (name) => `停用 ${name}`],
  sure: [(name) => `Yes, ${name} is no till any more`, (name) => `是的，${name} 不再是收银台`],
  close: ["Close", "关闭"],
});

/** The state of the store box (doctor_view.js); what is found comes in the store box's own words. */
export const DOCTOR = inBoth({
  title: ["The store box", "店内主机"],
  looking: ["Looking at everything …", "正在全面检查 …"],
  all: {
    fine: ["Everything is fine.", "一切正常。"],
    unknown: ["Something could not be looked at.", "有项目无法检查。"],
    attention: [
      "Something needs a person; selling goes on.",
      "有事项需人处理；销售照常。",
    ],
    stop: ["Something is in the way, or in danger.", "有事项受阻或有危险。"],
  },
  states: {
    fine: ["fine", "正常"],
    unknown: ["not known", "未知"],
    attention: ["needs a person", "需人处理"],
    stop: ["stop", "停止"],
  },
  again: ["Look again", "重新检查"],
  close: ["Close", "关闭"],
});

export const PEOPLE_MENU = inBoth({
  lock: ["Lock", "锁定"],
  ownPin: ["Change my PIN", "更改我的 PIN"],
  letIn: ["Let somebody in", "允许某人进入"],
  tills: ["Tills …", "收银台 …"],
  doctor: ["The store box …", "店内主机 …"],
  office: ["Back office", "后台"],
  signOut: ["Sign out", "登出"],
});
