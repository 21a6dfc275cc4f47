/** What the page says about cash of another currency. */

import { inBoth } from "./language.js";

export const FOREIGN = inBoth({
  title: ["Cash of another currency", "外币现金"],
  handed: [(currency) => `${currency} handed over`, (currency) => `收到 ${currency}`],
  take: [(currency) => `Take ${currency}`, (currency) => `收 ${currency}`],
});
