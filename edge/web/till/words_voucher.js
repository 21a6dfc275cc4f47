/** What the page says about vouchers that lower the price. */

import { inBoth } from "./language.js";

export const VOUCHER = inBoth({
  amount: [(name) => `${name} amount`, (name) => `${name} 金额`],
  reference: [(name) => `${name} number`, (name) => `${name} 号码`],
  referenceHint: ["What stands on it; the receipt shows it", "券面上的号码，会印在收据上"],
  take: ["Take it off the price", "从价格中扣减"],
  lowers: ["It lowers the price of what it may buy.", "降低其适用商品的价格。"],
  given: [(name, amount) => `${name} ${amount}`, (name, amount) => `${name} ${amount}`],
});
