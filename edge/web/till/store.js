/** What outlives a reload, in IndexedDB: the pairing, the basket, the unsent sale, the highest
 *  head (``kept``, by name), and each finished sale's envelope and receipt (``receipts``). */

const NAME = "holdfast-till";
const VERSION = 1;
const DAY_MS = 86_400_000;
export const RECEIPTS_KEPT_MS = 35 * DAY_MS;
export const RECEIPTS_MAX = 20_000;

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
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      const receipts = request.result.createObjectStore("receipts", { keyPath: "sale_id" });
      receipts.createIndex("at_ms", "at_ms");
    };
    request.onsuccess = () => {
      request.result.onclose = () => (opened = null);
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

/** Everything in ``kept``, by name. */
export async function readKept() {
  const store = (await openStore()).transaction("kept").objectStore("kept");
  const [names, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
  return Object.fromEntries(names.map((name, place) => [name, values[place]]));
}

/** One transaction, on disk when this resolves: values to keep by name (undefined: forget), and
 *  perhaps a finished sale's receipt. */
export async function write(values, receipt = null) {
  const db = await openStore();
  const transaction = db.transaction(["kept", "receipts"], "readwrite", { durability: "strict" });
  const kept = transaction.objectStore("kept");
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) kept.delete(name);
    else kept.put(value, name);
  }
  if (receipt !== null) transaction.objectStore("receipts").put(receipt);
  await completed(transaction);
}

/** A finished sale's receipt, or undefined. */
export async function readReceipt(saleId) {
  const store = (await openStore()).transaction("receipts").objectStore("receipts");
  return done(store.get(saleId));
}

/** Receipts older than RECEIPTS_KEPT_MS go, and the oldest above RECEIPTS_MAX. */
export async function dropOldReceipts(nowMs) {
  const transaction = (await openStore()).transaction("receipts", "readwrite");
  const store = transaction.objectStore("receipts");
  let surplus = (await done(store.count())) - RECEIPTS_MAX;
  const oldest = store.index("at_ms").openCursor();
  oldest.onsuccess = () => {
    const cursor = oldest.result;
    if (cursor === null) return;
    if (surplus <= 0 && cursor.value.at_ms >= nowMs - RECEIPTS_KEPT_MS) return;
    cursor.delete();
    surplus -= 1;
    cursor.continue();
  };
  await completed(transaction);
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
