/** The highest place in the store's journal that this workstation was told; every request states
 *  it (``Holdfast-Seen``), so that a store server that was restored or copied is found out. */

/** The higher of what is kept and what an answer says. Another epoch with a lower number is not. */
export function higher(kept, answer) {
  const told = { ...answer.head, receipt_number: answer.receipt_number };
  if (kept === null) return told;
  const [before, now] = [epochNumber(kept), epochNumber(told)];
  if (now !== before) return now > before ? told : kept;
  return told.epoch !== kept.epoch || told.seq > kept.seq ? told : kept;
}

/** As the header is written: epoch:seq:hash:receipt number. */
export function seenHeader(seen) {
  return `${seen.epoch}:${seen.seq}:${seen.hash}:${seen.receipt_number}`;
}

function epochNumber(seen) {
  return Number(seen.epoch.split("-")[0]);
}
