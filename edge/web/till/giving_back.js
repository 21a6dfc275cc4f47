/** Gives back what this till kept of a store box that is gone, or was put back to its past: offers
 *  it, sends what is wanted in small pieces, and learns what head office has. Quietly: no sale waits
 *  for it, and nobody need be signed in. */

import { BoxAway, Refused, call } from "./api.js";
import * as state from "./state.js";
import { acknowledge, readAt, readOwed, readRange, settle } from "./store.js";

const OFFERED_MAX = 500;
const GIVEN_MAX = 10;
const GIVEN_CHARACTERS_MAX = 256 * 1024;
const PAUSE_MS = 100;

let running = false;
/** What the store box had said when all was offered last: till it says otherwise, nothing is new. */
let offered = null;
/** The ranges of which all was offered: nothing is added to what this till has of them. */
let ranged = null;

/** After each answer of GET /sync. */
export async function giveBack(status) {
  const { epoch, acknowledged_through: through, sought, missing } = status;
  const said = JSON.stringify([epoch, through, sought, missing]);
  if (running || said === offered) return;
  running = true;
  try {
    await acknowledge(epoch, through, Date.now());
    await offerSought(sought);
    await offerRanges(missing);
    await offerAll(epoch);
    offered = said;
  } catch (error) {
    if (!mayPass(error)) throw error;
  } finally {
    running = false;
    state.givingBack.value = 0;
  }
}

/** No answer, none that settles it, or a browser that could not read or keep: the next answer of the
 *  store box tries again. */
function mayPass(error) {
  return error instanceof BoxAway || error instanceof Refused || error instanceof DOMException;
}

/** Everything that is owed, but of the epoch that the store box itself is writing. */
async function offerAll(own) {
  for (let after = null; ; ) {
    const owed = await readOwed(after, OFFERED_MAX);
    if (owed.length === 0) return;
    const last = owed.at(-1);
    after = [last.owed, last.head.seq];
    const here = state.till.value?.store_id;
    const others = owed.filter(
      ({ owed: epoch, store_id: store }) => epoch !== own && (store ?? here) === here,
    );
    if (others.length > 0) await offer(others);
  }
}

/** What head office keeps as damaged, though it may have acknowledged it as it is. */
async function offerSought(sought) {
  const kept = await Promise.all(sought.map(readAt));
  const same = kept.filter((receipt, place) => receipt?.head.hash === sought[place].hash);
  if (same.length > 0) await offer(same);
}

/** What head office lost and no store box keeps any more, though both had it; or what a store box
 *  that was put back lacks, though head office has it. */
async function offerRanges(missing) {
  const ranges = JSON.stringify(missing);
  if (ranges === ranged) return;
  for (const range of missing) await offerRange(range);
  ranged = ranges;
}

async function offerRange({ epoch, first, through }) {
  for (let from = first; ; ) {
    const kept = await readRange(epoch, from, through, OFFERED_MAX);
    if (kept.length === 0) return;
    from = kept.at(-1).head.seq + 1;
    await offer(kept);
  }
}

async function offer(receipts) {
  const body = { kept: receipts.map(({ head: { epoch, seq, hash } }) => ({ epoch, seq, hash })) };
  const { standings } = await call("POST", "/kept/offers", { body, quiet: true });
  const those = (standing) => receipts.filter((_, place) => standings[place] === standing);
  await settle(idsOf(those("acknowledged")), Date.now());
  await give(those("wanted"));
}

async function give(wanted) {
  let rest = wanted;
  while (rest.length > 0) {
    state.givingBack.value = rest.length;
    await nobodyWaits();
    const piece = rest.slice(0, sizeOf(rest));
    const body = { kept: piece.map(({ envelope }) => envelope) };
    const { outcomes } = await call("POST", "/kept", { body, quiet: true });
    const refused = piece.filter((_, place) => outcomes[place].outcome === "refused");
    await settle(idsOf(refused), Date.now());
    rest = rest.slice(piece.length);
  }
  state.givingBack.value = 0;
}

/** How many travel together: a few, and at least one however long it is. */
function sizeOf(receipts) {
  let characters = 0;
  const fit = receipts.slice(0, GIVEN_MAX).findIndex(({ envelope }) => {
    characters += envelope.length;
    return characters > GIVEN_CHARACTERS_MAX;
  });
  return fit === -1 ? GIVEN_MAX : Math.max(1, fit);
}

/** A sale that is being sent goes first. */
async function nobodyWaits() {
  do {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  } while (state.pending.value !== null);
}

function idsOf(receipts) {
  return receipts.map(({ sale_id }) => sale_id);
}
