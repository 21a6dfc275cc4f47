/** What the page says about paying by points. */

import { inBoth } from "./language.js";

export const POINTS = inBoth({
  nameCustomer: [
    "Name the customer first, then points can pay.",
    "请先选定顾客，才能用积分付款。",
  ],
  here: [
    (here) => `${here} points can be spent here now.`,
    (here) => `现在此处可用 ${here} 积分。`,
  ],
  inAll: [
    (inAll, here) => `${inAll} points, ${here} can be spent here now.`,
    (inAll, here) => `共 ${inAll} 积分，现在此处可用 ${here}。`,
  ],
  lent: [(lent) => `The shop lends up to ${lent} more.`, (lent) => `本店可再垫付 ${lent}。`],
  tooFew: ["Too few to pay with.", "太少，不能付款。"],
  ask: [(more) => `Ask head office for ${more} more`, (more) => `向总部再要 ${more}`],
  asking: ["Asking head office …", "正在询问总部 …"],
  none: [
    "Head office has none to give now: the others can be spent where this customer shops.",
    "总部现在没有可给的：其余积分可在该顾客常去的店使用。",
  ],
  away: [
    "Head office is away and cannot be asked for more. Keep selling: the rest is paid otherwise.",
    "无法联络总部，不能要更多。请继续销售：其余以其他方式付款。",
  ],
  tryAgain: ["Try again", "重试"],
  given: [(more) => `Head office gave ${more} more.`, (more) => `总部又给了 ${more}。`],
});
