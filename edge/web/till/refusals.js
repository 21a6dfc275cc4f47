/** What the store server refuses, as the page says it: its remedies name the API's routes and fields,
 *  a cashier has buttons. Pure. */

import { REMEDIES, REMEDY } from "./words_remedies.js";

/** What a person at a till cannot do anything with. */
const NOT_FOR_PEOPLE = /\b(GET|POST|PUT|PATCH|DELETE) \/|\b[a-z]+_[a-z_]+\b/;

export function slugOf({ type }) {
  return String(type).split(":").at(-1) ?? "";
}

/** What to do about a problem, for a person at a till. */
export function remedyOf(problem) {
  const said = REMEDIES[slugOf(problem)];
  if (said !== undefined) return said;
  const { remedy } = problem;
  return remedy && NOT_FOR_PEOPLE.test(remedy) ? REMEDY.askSomebody : (remedy ?? "");
}
