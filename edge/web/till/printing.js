/** Paper: the receipt of a finished sale, on the printer beside the till. The sale waits for none. */

import { BoxAway, Refused, call } from "./api.js";
import * as state from "./state.js";
import { signal } from "./ui.js";

/** What became of the paper: null: none was asked for.
 * @type {import("../vendor/signals.js").Signal<"printing" | "printed" | "copy" | "out" | null>} */
export const paper = signal(null);

/** Print the receipt that is shown. Once it came out, what comes is a copy, and says so. */
export async function printReceipt() {
  if (!state.till.value.has_printer || paper.value === "printing") return;
  const receipt = state.atHand.value;
  paper.value = "printing";
  const became = await printed(receipt.sale_id);
  if (state.atHand.value === receipt) paper.value = became;
}

async function printed(saleId) {
  try {
    const body = { operator_id: state.operator.value.operator_id };
    const { is_copy } = await call("POST", `/sales/${saleId}/print`, { body });
    return is_copy ? "copy" : "printed";
  } catch (error) {
    if (error instanceof Refused || error instanceof BoxAway) return "out";
    throw error;
  }
}

/** Print it through the browser, where no printer stands: the box hears that it was given out, so that
 *  the next one is a copy. Where it does not answer, what is shown is printed. */
export async function printHere() {
  const receipt = state.atHand.value;
  try {
    const body = { operator_id: state.operator.value.operator_id };
    const path = `/sales/${receipt.sale_id}/hand-out`;
    const { receipt: text } = await call("POST", path, { body });
    if (state.atHand.value !== receipt) return;
    retell(receipt, text);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof BoxAway)) throw error;
  }
  requestAnimationFrame(() => print());
}

/** What ``receipt`` says now, where it stands on the screen. */
export function retell(receipt, text) {
  for (const each of [state.receipt, state.looked]) {
    if (each.value === receipt) each.value = { ...receipt, receipt: text };
  }
}
