/** What the page says of the receipts that this till gave last. */

import { inBoth } from "./language.js";

export const LAST = inBoth({
  title: ["Last receipts", "最近收据"],
  key: ["Receipts", "收据"],
  none: ["No receipt was given at this till yet.", "本收银台尚未开出收据。"],
  row: [
    (number, time) => `${number}, ${time}`,
    (number, time) => `${number}，${time}`,
  ],
  print: ["Print again", "再次打印"],
  back: ["Back to selling", "返回销售"],
});
