/** Tips: what a customer gives beyond what is due. It is asked for before anybody is charged, kept with
 *  the basket, and goes with the next tender that bears one. */

import * as state from "./state.js";

/** Kinds of tenders that bear one (``sync/protocol/facts/tender.py``). */
const BEARS = new Set(["cash", "card", "qr"]);

/** Whether one may be given on this basket. */
export function mayTip() {
  return state.till.value.tips && (state.linesQuote.value?.total_minor ?? 0) > 0;
}

/** What was asked for, and no tender has taken yet. */
export function tipLeft() {
  const { tip_minor: asked, tenders } = state.basket.value;
  return mayTip() ? tenders.reduce((left, each) => left - (each.tip_minor ?? 0), asked ?? 0) : 0;
}

/** The same, as far as this tender bears it. */
export function tipBy({ kind }) {
  return BEARS.has(kind) ? Math.max(0, tipLeft()) : 0;
}

/** So much is given by the tender, the tip that is left with it. */
export function withTip(tender, amountMinor) {
  const tip = Math.min(tipBy(tender), amountMinor);
  return { amount_minor: amountMinor, tip_minor: tip > 0 ? tip : undefined };
}
