/** The shop's quick keys: read when somebody comes to the till and from time to time, kept for a
 *  reload; arranged by who may. */

import { byOperator } from "./actions.js";
import { BoxAway, Refused, call } from "./api.js";
import { uuid7 } from "./ids.js";
import { allowed } from "./override.js";
import { offer } from "./scans.js";
import * as state from "./state.js";
import { write } from "./store.js";
import { effect } from "./ui.js";

const EVERY_MS = 300_000;
/** What an override is given for (edge/usecases/item/arrange.py). */
const SUBJECT = "quick keys";

/** From now on. */
export function watchQuickKeys() {
  effect(() => {
    if (state.atWork.value && state.pairing.value !== null) void readIfAnswered();
  });
  setInterval(() => state.atWork.value && void readIfAnswered(), EVERY_MS);
}

async function readIfAnswered() {
  try {
    await keep(await call("GET", "/quick-keys", { quiet: true }));
  } catch (error) {
    const mayPass = [BoxAway, Refused, DOMException].some((kind) => error instanceof kind);
    if (!mayPass) throw error;
  }
}

async function keep(quickKeys) {
  state.quickKeys.value = quickKeys;
  await write({ quickKeys });
}

/** One of it into the basket, or what it needs is asked first. */
export function takeQuickKey({ item }) {
  return offer({ item, quantity_milli: null, scan_code: null });
}

/** ``tabs``: [{name, keys: [{item, short_name, colour, sign}]}]. Throws BoxAway, Refused. */
export async function arrange(version, tabs) {
  const body = byOperator({ event_id: uuid7(Date.now()), version, tabs: tabs.map(asked) });
  const send = (overrideId) => {
    const whole = overrideId === null ? body : { ...body, override_id: overrideId };
    return call("POST", "/quick-keys", { body: whole });
  };
  await keep(await allowed("arrange_till", SUBJECT, send));
}

function asked({ name, keys }) {
  const key = ({ item, short_name, colour, sign }) => ({
    item_id: item.item_id,
    short_name: short_name?.trim() || null,
    colour,
    sign: sign?.trim() || null,
  });
  return { name: name.trim(), keys: keys.map(key) };
}
