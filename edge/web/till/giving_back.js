/** Gives back what this till kept of a store box that is gone, or was put back to its past: offers
 *  it, sends what is wanted in small pieces, and learns what head office has. Quietly: no sale waits
 *  for it, and nobody need be signed in. */

import { BoxAway, Refused, call } from "./api.js";
import * as state from "./state.js";
import * as store from "./store.js";

const OFFERED_MAX = 500;
const GIVEN_MAX = 10;
const GIVEN_CHARACTERS_MAX = 256 * 1024;
const PAUSE_MS = 100;

let running = false;
/** What the store box had said when all was offered last: till it says otherwise, nothing is new. */
let offered = null;
/** Something of it stands nowhere yet: it is offered again. */
let later = false;
/** The ranges of which all was offered, and how many receipts this till had in each. */
let ranged = null;

/** After each answer of GET /sync. */
export async function giveBack(status) {
  const { epoch, incarnation, acknowledged_through: through, sought, missing } = status;
  const said = JSON.stringify([epoch, incarnation, through, sought, missing]);
  if (running || said === offered) return;
  running = true;
  later = false;
  try {
    await offerEverything(status);
    await offerSought(sought);
    await offerRanges(missing);
    await offerOwed(status);
    if (!later) offered = said;
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

/** Whoever writes another epoch than the one that spoke for head office last, or speaks for another
 *  past of it, may lack what was acknowledged: all of that is offered once more. */
async function offerEverything(status) {
  const { epoch, incarnation } = status;
  const vouched = JSON.stringify([state.till.value?.store_id, epoch, incarnation]);
  if ((await store.readKept()).vouched === vouched) return;
  for (let after = ""; ; ) {
    const kept = await store.readReceipts(after, OFFERED_MAX);
    if (kept.length === 0) break;
    after = kept.at(-1).sale_id;
    const here = kept.filter(isOfThisStore);
    await store.owe(idsOf(here.filter(isAhead(status))));
    await offer(here.filter((receipt) => !isAhead(status)(receipt)));
  }
  await store.write({ vouched });
}

/** Everything that is owed, but what the store box itself sends yet. What it says of its own epoch by
 *  a number alone may be said of another receipt: a copy of it gave one under the same number. */
async function offerOwed(status) {
  for (let after = null; ; ) {
    const owed = await store.readOwed(after, OFFERED_MAX);
    if (owed.length === 0) return;
    const last = owed.at(-1);
    after = [last.owed, last.head.seq];
    await offer(owed.filter((each) => !isAhead(status)(each) && isOfThisStore(each)));
  }
}

/** Of the epoch that the store box writes in, beyond what head office has of it. */
function isAhead({ epoch, acknowledged_through: through }) {
  return ({ head }) => head.epoch === epoch && head.seq > through;
}

function isOfThisStore({ head, store_id: store }) {
  const here = state.till.value?.store_id;
  return head !== undefined && (store ?? here) === here;
}

/** What head office keeps as damaged, though it may have acknowledged it as it is. */
async function offerSought(sought) {
  const kept = await Promise.all(sought.map(store.readAt));
  await offer(kept.filter((receipt) => receipt !== undefined));
}

/** What head office lost and no store box sends any more, though both had it. */
async function offerRanges(missing) {
  const counts = await Promise.all(missing.map(store.countRange));
  const ranges = JSON.stringify([missing, counts]);
  if (ranges === ranged) return;
  for (const range of missing) await offerRange(range);
  ranged = ranges;
}

async function offerRange({ epoch, first, through }) {
  for (let from = first; ; ) {
    const kept = await store.readRange(epoch, from, through, OFFERED_MAX);
    if (kept.length === 0) return;
    from = kept.at(-1).head.seq + 1;
    await offer(kept);
  }
}

/** What stands of each is what this answer says, whatever an earlier one said. */
async function offer(receipts) {
  if (receipts.length === 0) return;
  const body = { kept: receipts.map(({ head: { epoch, seq, hash } }) => ({ epoch, seq, hash })) };
  const { standings } = await call("POST", "/kept/offers", { body, quiet: true });
  later ||= standings.includes("later");
  const those = (standing) => receipts.filter((_, place) => standings[place] === standing);
  await store.settle(idsOf(those("acknowledged")), Date.now());
  await store.owe(idsOf(["wanted", "held", "later"].flatMap(those)));
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
    later ||= outcomes.some(({ outcome }) => outcome === "later");
    await store.settle(idsOf(refused), Date.now());
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
