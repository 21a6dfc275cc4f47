/** What outlives a reload, in IndexedDB: the pairing, the basket, the unsent sale, the highest
 *  head (``kept``, by name), and each finished sale's envelope and receipt (``receipts``), so that a
 *  store box can burn and its sales do not.
 *
 *  A receipt is ``owed`` (the epoch of its event) until head office is known to have it; from
 *  ``acknowledged_ms`` on it is kept another 35 days. By ``vouched`` stands who said so last: which
 *  epoch, of which incarnation of head office. */

const NAME = "holdfast-till";
const VERSION = 2;
const DAY_MS = 86_400_000;
export const RECEIPTS_KEPT_MS = 35 * DAY_MS;
/** Of those that head office has: of the others none is ever dropped. */
export const RECEIPTS_MAX = 100_000;

let opened = null;

/** Opens the store, once. Rejects where the browser keeps nothing (a private window, a full disk);
 *  the next call tries again, as after a store that the browser closed. */
export function openStore() {
  opened ??= openNow().catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

function openNow() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        request.result.createObjectStore("kept");
        request.result.createObjectStore("receipts", { keyPath: "sale_id" });
      }
      const upgrade = /** @type {IDBTransaction} */ (request.transaction);
      oweAll(upgrade.objectStore("receipts"));
    };
    request.onsuccess = () => {
      request.result.onclose = () => (opened = null);
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

/** From version 1 on: nobody knows what of it head office has. */
function oweAll(receipts) {
  if (receipts.indexNames.contains("at_ms")) receipts.deleteIndex("at_ms");
  receipts.createIndex("owed", ["owed", "head.seq"]);
  receipts.createIndex("acknowledged_ms", "acknowledged_ms");
  receipts.createIndex("place", ["head.epoch", "head.seq"]);
  each(receipts.openCursor(), (cursor) => cursor.update(owedFrom(cursor.value)));
}

function owedFrom(receipt) {
  return receipt.head === undefined ? receipt : { ...receipt, owed: receipt.head.epoch };
}

/** Everything in ``kept``, by name. */
export async function readKept() {
  const store = (await openStore()).transaction("kept").objectStore("kept");
  const [names, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
  return Object.fromEntries(names.map((name, place) => [name, values[place]]));
}

/** One transaction: values to keep by name (undefined: forget), and perhaps a finished sale's
 *  receipt. When this resolves it outlives the page and the browser; where ``flushed`` also a power
 *  cut, for which everybody waits until the disk has it: what can be told again need not be.
 * @param {Record<string, any>} values @param {{receipt?: any, flushed?: boolean}} [how] */
export async function write(values, { receipt = null, flushed = true } = {}) {
  const db = await openStore();
  const durability = flushed ? "strict" : "relaxed";
  const transaction = db.transaction(["kept", "receipts"], "readwrite", { durability });
  const kept = transaction.objectStore("kept");
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) kept.delete(name);
    else kept.put(value, name);
  }
  if (receipt !== null) transaction.objectStore("receipts").put(owedFrom(receipt));
  await completed(transaction);
}

/** A finished sale's receipt, or undefined. */
export async function readReceipt(saleId) {
  const store = (await openStore()).transaction("receipts").objectStore("receipts");
  return done(store.get(saleId));
}

/** At most ``limit`` receipts that were kept last, the newest first. */
export async function readLast(limit) {
  const place = (await openStore()).transaction("receipts").objectStore("receipts").index("place");
  const found = [];
  await new Promise((resolve, reject) => {
    const request = place.openCursor(null, "prev");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null || found.length === limit) return resolve(null);
      found.push(cursor.value);
      cursor.continue();
    };
  });
  return found;
}

/** Head office has these; or nobody takes them, and that is known. */
export async function settle(saleIds, nowMs) {
  const transaction = (await openStore()).transaction("receipts", "readwrite");
  const receipts = transaction.objectStore("receipts");
  for (const saleId of saleIds) {
    each(receipts.openCursor(saleId), (cursor) => cursor.update(settled(cursor.value, nowMs)));
  }
  await completed(transaction);
}

/** Nobody is known to have these, whatever was known before. */
export async function owe(saleIds) {
  const transaction = (await openStore()).transaction("receipts", "readwrite");
  const receipts = transaction.objectStore("receipts");
  for (const saleId of saleIds) {
    each(receipts.openCursor(saleId), (cursor) => cursor.update(owedAgain(cursor.value)));
  }
  await completed(transaction);
}

function owedAgain({ acknowledged_ms: _, ...receipt }) {
  return owedFrom(receipt);
}

function settled({ owed: _, ...receipt }, nowMs) {
  return { ...receipt, acknowledged_ms: nowMs };
}

/** At most ``limit`` receipts that are owed, behind ``after`` ([epoch, seq], null: from the first),
 *  in the order of their places. */
export async function readOwed(after, limit) {
  const owed = (await openStore()).transaction("receipts").objectStore("receipts").index("owed");
  return done(owed.getAll(after === null ? null : IDBKeyRange.lowerBound(after, true), limit));
}

/** At most ``limit`` receipts behind ``after`` ("": from the first), owed or not, by their ids. */
export async function readReceipts(after, limit) {
  const receipts = (await openStore()).transaction("receipts").objectStore("receipts");
  return done(receipts.getAll(IDBKeyRange.lowerBound(after, true), limit));
}

/** The receipt of this very event, owed or not; undefined where none is kept. */
export async function readAt({ epoch, seq, hash }) {
  const place = (await openStore()).transaction("receipts").objectStore("receipts").index("place");
  return (await done(place.getAll([epoch, seq]))).find(({ head }) => head.hash === hash);
}

/** How many receipts are kept whose events stand there. */
export async function countRange({ epoch, first, through }) {
  const place = (await openStore()).transaction("receipts").objectStore("receipts").index("place");
  return done(place.count(IDBKeyRange.bound([epoch, first], [epoch, through])));
}

/** At most ``limit`` receipts whose events stand there, owed or not, in the order of their places. */
export async function readRange(epoch, first, through, limit) {
  const place = (await openStore()).transaction("receipts").objectStore("receipts").index("place");
  return done(place.getAll(IDBKeyRange.bound([epoch, first], [epoch, through]), limit));
}

/** Receipts that head office has had for RECEIPTS_KEPT_MS go, and the oldest above RECEIPTS_MAX. */
export async function dropOldReceipts(nowMs) {
  const transaction = (await openStore()).transaction("receipts", "readwrite");
  const acknowledged = transaction.objectStore("receipts").index("acknowledged_ms");
  let surplus = (await done(acknowledged.count())) - RECEIPTS_MAX;
  const request = acknowledged.openCursor();
  request.onsuccess = () => {
    const cursor = request.result;
    if (cursor === null) return;
    if (surplus <= 0 && cursor.value.acknowledged_ms >= nowMs - RECEIPTS_KEPT_MS) return;
    cursor.delete();
    surplus -= 1;
    cursor.continue();
  };
  await completed(transaction);
}

/** ``visit`` each record that the cursor comes to. */
function each(request, visit) {
  request.onsuccess = () => {
    if (request.result === null) return;
    visit(request.result);
    request.result.continue();
  };
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns {Promise<void>} */
function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
