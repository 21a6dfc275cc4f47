/** What the page says of training. */

import { inBoth } from "./language.js";

export const TRAINING = inBoth({
  title: ["Training", "练习模式"],
  what: [
    "Nothing is sold: no stock, points or cash move, and no day counts it.",
    "不作销售：库存、积分、现金均不变动，也不计入任何营业日。",
  ],
  begin: ["Begin training", "开始练习"],
  end: ["End training", "结束练习"],
  made: ["Training receipt", "练习收据"],
});
