/** What the store server refuses, as the page says it: its remedies name the API's routes and fields,
 *  a cashier has buttons. Pure. */

const SAID_HERE = {
  "business-day-closed": "Open it again below if it was closed by mistake, or open another day.",
  "business-day-far": "Check the date and the clock. If it is meant, a manager says why below.",
  "business-day-open-already": "Close that day first: Menu, Close business day.",
  "business-day-too-early": "Check the date and the clock. If it is meant, a manager says why below.",
  "no-open-business-day": "Open the day from this page.",
  "no-open-till": "Open the till from this page.",
  "not-paired": "Pair it again with a new code from the store server.",
  "till-open-already": "Go on with it, or settle it first: Menu, Settle till.",
  "tills-open": "Count and settle each of them at its own till, then close the day.",
  "unknown-business-day": "Load the page again: it shows which day is open.",
  "unknown-customer": "Find the customer again, or sell without one.",
};
/** What a person at a till cannot do anything with. */
const NOT_FOR_PEOPLE = /\b(GET|POST|PUT|PATCH|DELETE) \/|\b[a-z]+_[a-z_]+\b/;
const ASK = "Load the page again. If it stays so, ask whoever looks after the store box.";

export function slugOf({ type }) {
  return String(type).split(":").at(-1);
}

/** What to do about a problem, for a person at a till. */
export function remedyOf(problem) {
  const said = SAID_HERE[slugOf(problem)];
  if (said !== undefined) return said;
  const { remedy } = problem;
  return remedy && NOT_FOR_PEOPLE.test(remedy) ? ASK : (remedy ?? "");
}
