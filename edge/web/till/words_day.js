/** What the page says about pairing, the business day and the till: opening, counting, closing. */

import { inBoth } from "./language.js";
import { count } from "./words.js";

export const PAIRING = inBoth({
  title: ["Pair this till", "配对此收银台"],
  ask: [
    (command) => [
      "Ask at the store server for a code: ",
      command,
      ", with this till's own name in place of W1. It is good once, for 15 minutes.",
    ],
    (command) => [
      "请在店内主机取得配对码：",
      command,
      "，以本收银台的名称代替 W1。配对码只能用一次，15 分钟内有效。",
    ],
  ],
  workstation: ["Workstation", "工作站"],
  workstationHint: ["Such as W1", "例如 W1"],
  code: ["Pairing code", "配对码"],
  codeHint: ["Such as 7Q4-M0K-XV2", "例如 7Q4-M0K-XV2"],
  pair: ["Pair", "配对"],
  wrongCodes: [
    "A code that is wrong, used or too old pairs nothing: ask for a new one. Five wrong tries end " +
      "a code.",
    "错误、已用或过期的配对码无效：请取新的。输错五次，该码即作废。",
  ],
  lost: [
    "If an answer is lost, press Pair again with the same code.",
    "若没有收到回应，请用同一个码再按一次“配对”。",
  ],
});

/** Before the first sale: the till with its float. */
export const OPENING = inBoth({
  title: ["Open the till", "开启收银台"],
  count: [
    (date) => `Business day ${date}. Count the coins and notes that are in the drawer now.`,
    (date) => `营业日 ${date}。请清点钱箱中现有的硬币和纸币。`,
  ],
  float: ["Float in the drawer", "钱箱备用金"],
  open: ["Open till", "开启收银台"],
  carried: {
    title: ["Go on with the till", "继续使用收银台"],
    count: [
      (date) =>
        `This till was open on business day ${date} at the store box that was here before. Count the coins and notes that are in the drawer now: the till goes on with them.`,
      (date) =>
        `本收银台于营业日 ${date} 在之前的店内主机上处于开启状态。请清点钱箱中现有的硬币和纸币：收银台将以此继续。`,
    ],
    float: ["Cash in the drawer", "钱箱中的现金"],
    open: ["Go on with the till", "继续使用收银台"],
    not: ["It was counted and settled before", "之前已清点并结算"],
  },
});

export const DAY = inBoth({
  open: {
    title: ["Open the business day", "开始营业日"],
    today: [
      (date) => [
        "Today is ",
        date,
        ". This date stands on every receipt until the day is closed, past midnight too.",
      ],
      (date) => ["今天是 ", date, "。在结束营业日之前，每张收据都印此日期，过了午夜也一样。"],
    ],
    open: ["Open business day", "开始营业日"],
  },
  closed: {
    title: [
      (date) => `The business day ${date} is closed`,
      (date) => `营业日 ${date} 已结束`,
    ],
    what: [
      "Nothing more is sold on it. Was it closed by mistake? A manager can open it again.",
      "这一天不再销售。若是误关，经理可以重新开启。",
    ],
    next: ["Go on to the next day", "进入下一天"],
  },
  again: [(date) => `Open ${date} again`, (date) => `重新开启 ${date}`],
  isOpenAgain: [
    (date) => `The business day ${date} is open again.`,
    (date) => `营业日 ${date} 已重新开启。`,
  ],
  asked: {
    label: ["A manager's reason", "经理的原因"],
    why: {
      reopen: [
        "This day was closed. A manager can open it again:",
        "这一天已结束。经理可以重新开启：",
      ],
      reason: [
        "This day is asked about. If it is meant, a manager opens it:",
        "这一天需要确认。若确实如此，请经理开启：",
      ],
    },
    date: ["Business day", "营业日"],
    dateHint: [
      (today) => `Year, month and day, like ${today}`,
      (today) => `年-月-日，例如 ${today}`,
    ],
    reason: ["Reason", "原因"],
    hintAgain: ["Such as: closed by mistake", "例如：误关"],
    hintMeant: ["Such as: the clock was wrong yesterday", "例如：昨天时钟不准"],
    openThis: ["Open this day", "开启这一天"],
    back: ["Back", "返回"],
  },
  noReason: [
    {
      title: "The reason is missing",
      detail: "This is kept with its reason, and head office sees it.",
      remedy: "Say in a word why.",
    },
    { title: "缺少原因", detail: "此事连同原因都会保存，总部会看到。", remedy: "请简单说明原因。" },
  ],
  close: {
    label: ["Close the business day", "结束营业日"],
    title: [
      (date) => `Close the business day ${date}?`,
      (date) => `结束营业日 ${date}？`,
    ],
    closes: [
      (receipts) =>
        `It closes ${count(receipts, "receipt")}. After that nothing more can be sold on this day; ` +
        "today's sales would need a manager to open it again.",
      (receipts) =>
        `将结束 ${receipts} 张收据。之后这一天不能再销售；若今天还要销售，须由经理重新开启。`,
    ],
    unpaid: [
      (lines) => `A basket of ${count(lines, "line")} is not paid yet.`,
      (lines) => `有一个 ${lines} 行的购物篮尚未付款。`,
    ],
    parked: [
      (baskets) => `${count(baskets, "basket")} put aside ${baskets === 1 ? "waits" : "wait"}: kept for the next day, or given up with this one.`,
      (baskets) => `有 ${baskets} 个挂单：可留到下一天，或随今天取消。`,
    ],
    cancelParked: ["Close, and give up what was put aside", "结束并取消挂单"],
    notCounted: [
      "Not counted yet, so the day cannot be closed now:",
      "以下尚未清点，因此现在不能结束营业日：",
    ],
    tillAt: [
      (tillId, workstationId) => `till ${tillId} at ${workstationId}`,
      (tillId, workstationId) => `${workstationId} 的收银台 ${tillId}`,
    ],
    keep: ["Keep it open", "保持开启"],
    close: [(date) => `Close ${date}`, (date) => `结束 ${date}`],
  },
});

/** The count, and what came of it. */
export const SETTLE = inBoth({
  title: ["Settle the till", "结算收银台"],
  count: [
    (tillId, date) =>
      `Till ${tillId}, business day ${date}. Count all the cash in the drawer, the float too. ` +
      "What should be there is shown after you commit.",
    (tillId, date) =>
      `收银台 ${tillId}，营业日 ${date}。请清点钱箱中的全部现金，包括备用金。提交后才显示应有金额。`,
  ],
  counted: ["Cash counted", "清点的现金"],
  commit: ["Commit count", "提交清点"],
  back: ["Back to selling", "返回销售"],
});

export const SETTLED = inBoth({
  title: ["Till settled", "收银台已结算"],
  counted: ["Counted", "实点"],
  expected: ["Expected", "应有"],
  none: ["Difference", "差额"],
  short: ["Short", "短少"],
  over: ["Over", "多出"],
  done: ["Done", "完成"],
});
