/** What happens when the page is loaded: take the till, read what was kept, say what was found
 *  again in one sentence, go on with what was not answered. */

import { finishWhenPaid } from "./actions.js";
import { followPayment } from "./card.js";
import { drive } from "./outbox.js";
import { EMPTY, isBeingPaid, isEmpty } from "./basket.js";
import { goOnRecalling } from "./park.js";
import { askWhenNeeded } from "./selling.js";
import { watchQuickKeys } from "./quick_keys.js";
import { keepQuoted, lastQuote } from "./quotes.js";
import { tellRemovals } from "./removals.js";
import { clearResults } from "./search.js";
import { showCustomers } from "./shown.js";
import { hearTones } from "./sounds.js";
import { markLanguage } from "./speaking.js";
import * as state from "./state.js";
import { watchStatus } from "./status.js";
import { readKept, readReceipt } from "./store.js";
import { checkSession, lockWhenIdle } from "./session.js";
import { takeTill } from "./tabs.js";
import { hearTips } from "./tip_answers.js";
import { hearKeys } from "./key_dispatch.js";
import { hearScans } from "./scanner.js";
import { scan, scanCutOff, workScans } from "./scans.js";
import { groundField } from "./focus.js";
import { formatMinor } from "./text.js";
import { batch, effect } from "./ui.js";
import { FOUND_AGAIN, PAGE } from "./words.js";

export async function boot() {
  readLink();
  hearLink();
  markLanguage();
  registerWorker();
  await takeTill(() => (state.tab.value = "other"));
  let kept;
  let receipt = null;
  try {
    kept = await readKept();
    if (kept.showing !== undefined) receipt = (await readReceipt(kept.showing)) ?? null;
  } catch (error) {
    state.tab.value = "broken";
    throw error;
  }
  restore(kept, receipt);
  void askPersistence();
  keepQuoted();
  finishWhenPaid();
  void drive();
  void followPayment();
  watchStatus();
  showCustomers();
  hearTips();
  hearTones();
  watchQuickKeys();
  void checkSession();
  lockWhenIdle();
  workScans();
  tellRemovals();
  goOnRecalling();
  askWhenNeeded();
  hearScans({ take: takeScan, ready: maySell, ground: groundField });
  hearKeys();
}

/** Before that there is nothing to scan for, and a pairing code may well be scanned. */
function maySell() {
  return state.tab.value === "mine" && state.pairing.value !== null;
}

/** "3*" that was typed before it says how many; digits without an Enter are another scan's. */
function takeScan(text, field) {
  const before = field?.element.id === "scan" ? field.value.trim() : "";
  const times = /^(\d{1,3})\s*[*x×]$/.exec(before);
  if (field?.element.id === "scan") {
    field.element.value = "";
    clearResults();
  }
  if (/^\d+$/.test(before)) void scanCutOff(before);
  void scan(text, { times: times === null ? 1 : Number(times[1]) || 1 });
}

const LINK = /^#pair=([^:]{1,32}):([^:]{1,40})$/;

/** A link that is opened where the page stands already changes its address alone. */
function hearLink() {
  addEventListener("hashchange", () => LINK.test(decoded(location.hash)) && location.reload());
}

/** ``#pair=W1:CODE`` is taken out of the address at once; it never leaves the page. */
function readLink() {
  const match = LINK.exec(decoded(location.hash));
  if (match === null) return;
  state.link.value = { workstation_id: match[1], code: match[2] };
  history.replaceState(null, "", location.pathname);
}

/** An address that was cut off in the middle of a "%" holds no link; it keeps no page from selling. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return "";
  }
}

function registerWorker() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js").catch((error) => {
    console.info(PAGE.notKept, error.message);
  });
}

async function askPersistence() {
  if (navigator.storage?.persist === undefined) return;
  state.persisted.value = await navigator.storage.persist();
}

function restore(kept, receipt) {
  const link = state.link.value;
  const pairing = kept.pairing ?? null;
  const another = link !== null && pairing?.workstation_id !== link.workstation_id;
  batch(() => {
    state.languages.value = kept.languages ?? state.languages.value;
    state.quickKeys.value = kept.quickKeys ?? state.quickKeys.value;
    state.training.value = kept.training ?? false;
    state.silent.value = kept.silent ?? false;
    state.asking.value = kept.asking ?? null;
    state.opening.value = kept.opening ?? null;
    state.till.value = kept.till ?? null;
    state.home.value = kept.till?.store_id ?? null;
    state.operator.value = kept.operator?.token === undefined ? null : kept.operator;
    state.basket.value = kept.basket ?? EMPTY;
    state.quote.value = lastQuote(kept.quoted, state.basket.value) ?? state.NOTHING_QUOTED;
    state.pending.value = kept.pending ?? null;
    state.seen.value = kept.seen ?? null;
    state.drawer.value = kept.drawer ?? null;
    state.settledBefore.value = kept.settledBefore ?? null;
    state.scans.value = kept.scans ?? [];
    state.removals.value = kept.removals ?? [];
    state.recalling.value = kept.recalling ?? null;
    state.receipt.value = receipt;
    state.pairing.value = another ? null : pairing;
    state.place.value = isBeingPaid(state.basket.value) ? "paying" : "selling";
    state.tab.value = "mine";
  });
  sayFound();
}

function sayFound() {
  const { pending, receipt, decimals } = state;
  if (pending.value !== null) {
    const total = formatMinor(pending.value.total_minor, decimals.value);
    state.found.value = FOUND_AGAIN.unanswered(total);
  } else if (receipt.value !== null) {
    state.found.value = FOUND_AGAIN.finished(receipt.value.receipt_number);
  } else {
    sayBasket();
    const waiting = state.scans.value.filter(({ problem }) => problem === null);
    if (waiting.length > 0) sayWhenTaken(new Set(waiting.map(({ id }) => id)));
  }
}

/** What was scanned and not yet taken when the page went is of the basket that is found. */
function sayWhenTaken(ids) {
  const stop = effect(() => {
    if (state.scans.value.some(({ id, problem }) => ids.has(id) && problem === null)) return;
    queueMicrotask(() => {
      stop();
      sayBasket();
    });
  });
}

/** The total follows as soon as the store box has told it. */
function sayBasket() {
  const restored = state.basket.value;
  if (isEmpty(restored)) return;
  const lines = restored.lines.length;
  state.found.value = FOUND_AGAIN.basket(lines);
  const stop = effect(() => {
    if (state.basket.value !== restored) return;
    const quoted = state.currentQuote.value;
    if (quoted === null) return;
    const total = formatMinor(quoted.total_minor, state.decimals.value);
    state.found.value = FOUND_AGAIN.basketOf(lines, total);
    queueMicrotask(() => stop());
  });
}
