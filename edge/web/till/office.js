/** The shop's back office, in a tab of its own: whoever is signed in here goes in as they are. */

import { call } from "./api.js";
import { uuid7 } from "./ids.js";
import { language } from "./language.js";

/** Throws BoxAway, Refused. */
export async function openOffice() {
  const body = { request_id: uuid7(Date.now()), language: language.value };
  const { address } = await call("POST", "/office/enter", { body });
  window.open(address, "holdfast-office");
}
