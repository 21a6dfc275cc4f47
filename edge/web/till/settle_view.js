/** The blind count: what should be in the drawer is told only after the count is committed. By its sum
 *  the till is settled at once; by notes and coins once somebody has seen what came of it. */

import { doing } from "./actions.js";
import { countDrawer, countedTenders, handOver, piecesOf, worthOf } from "./cash.js";
import { settleTill } from "./day_actions.js";
import { Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import { notAnAmount } from "./opening_view.js";
import { Faces } from "./pieces_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { html, useState } from "./ui.js";
import { COUNT, PIECES } from "./words_cash.js";
import { SETTLE, SETTLED } from "./words_day.js";
import { HANDOVER } from "./words_handover.js";

export function Settle() {
  const { decimals, problem, place, till } = state;
  const [typed, setTyped] = useState({});
  const submit = (texts) => {
    const count = countOf(texts, typed);
    if (count === null) return;
    const { minor, pieces, slips } = count;
    if (pieces.length > 0 || slips.length > 0) {
      void doing(() => countDrawer(minor, pieces, slips));
    } else if (minor === null) problem.value = notAnAmount("", decimals.value);
    else void doing(() => settleTill({ counted_cash_minor: minor }));
  };
  const { till_id, business_date } = till.value.till_session;
  return html`<section class="card narrow">
    <h1>${SETTLE.title}</h1>
    <p>${SETTLE.count(till_id, business_date)}</p>
    <${Form} onSubmit=${submit}>
      <${Field} label=${SETTLE.counted} name="counted" inputmode="decimal" first />
      <${CountedByPieces} pieces=${piecesOf(till.value.denominations ?? [], typed)}
        onFace=${(face, text) => setTyped({ ...typed, [face]: text })} />
      <div class="row">
        <button type="submit" class="main">${SETTLE.commit}</button>
        <button type="button" onClick=${() => (place.value = "selling")}>${SETTLE.back}</button>
      </div>
    <//>
  </section>`;
}

/** What was counted by sum, by ``typed`` notes and coins and by slips; or null, with a problem shown. */
export function countOf(texts, typed) {
  const { decimals, problem, till } = state;
  const counted = countedBy(texts, decimals.value);
  const pieces = piecesOf(till.value.denominations ?? [], typed);
  if ("wrong" in counted) problem.value = notAnAmount(counted.wrong, decimals.value);
  else if (pieces === null) problem.value = PIECES.notPieces;
  else return { ...counted, pieces };
  return null;
}

/** Notes and coins, and the slips beside them. ``pieces``: null where one of them is no number. */
export function CountedByPieces({ pieces, onFace }) {
  return html`<${Faces} summary=${COUNT.byPieces} hint=${COUNT.hint}
    sum=${pieces === null ? null : worthOf(pieces)} onFace=${onFace}><${Tenders} /><//>`;
}

/** The sum, null where none was typed, and the slips; or the text that is no amount. */
function countedBy(texts, decimals) {
  const minor = texts.counted.trim() === "" ? null : parseMinor(texts.counted, decimals);
  if (minor === null && texts.counted.trim() !== "") return { wrong: texts.counted };
  const slips = [];
  for (const { tender_id } of countedTenders()) {
    const text = (texts[`slip_${tender_id}`] ?? "").trim();
    const counted_minor = parseMinor(text, decimals);
    if (text !== "" && counted_minor === null) return { wrong: text };
    if (counted_minor !== null) slips.push({ tender_id, counted_minor });
  }
  return { minor, slips };
}

/** A field for the slips of each way to pay that is no cash. */
function Tenders() {
  return html`<div class="faces" role="group" aria-label=${COUNT.slips}>
    ${countedTenders().map(
      ({ tender_id, name }) => html`<${Field} key=${tender_id} label=${name}
        name=${`slip_${tender_id}`} inputmode="decimal" />`,
    )}
  </div>`;
}

/** What was counted beside what was expected. */
function Difference({ of }) {
  const decimals = state.decimals.value;
  const { expected_cash_minor, counted_cash_minor, over_short_minor } = of;
  const word = over_short_minor < 0 ? SETTLED.short : SETTLED.over;
  return html`<dl class="figures">
    <dt>${SETTLED.counted}</dt><dd>${formatMinor(counted_cash_minor, decimals)}</dd>
    <dt>${SETTLED.expected}</dt><dd>${formatMinor(expected_cash_minor, decimals)}</dd>
    <dt class="change">${over_short_minor === 0 ? SETTLED.none : word}</dt>
    <dd class="change" data-testid="over-short">
      ${formatMinor(Math.abs(over_short_minor), decimals)}
    </dd>
    ${of.tenders.map(([tenderId, expected, counted]) => html`<${Slips} key=${tenderId}
      tenderId=${tenderId} expected=${expected} counted=${counted} />`)}
  </dl>`;
}

function Slips({ tenderId, expected, counted }) {
  const decimals = state.decimals.value;
  const tender = state.till.value.tenders.find((each) => each.tender_id === tenderId);
  const away = counted - expected;
  const word = away === 0 ? SETTLED.none : away < 0 ? SETTLED.short : SETTLED.over;
  return html`<dt>${tender?.name ?? tenderId}: ${word}</dt>
    <dd>${formatMinor(Math.abs(away), decimals)}</dd>`;
}

/** A count by notes and coins, or for somebody who takes the till over (``handing``): what it was made
 *  for is done with it, or it is counted again.
 * @param {{counted: any, handing?: import("./cash.js").Handing | null}} what */
export function Counted({ counted, handing = null }) {
  const { count_id } = counted;
  const again = () => (state.dialog.value = handing === null ? null : { name: "hand over" });
  const go = () =>
    void doing(() =>
      handing === null ? settleTill({ count_id }) : handOver(handing.to, { ...handing, count_id }),
    );
  return html`<${Modal} label=${COUNT.title} onClose=${again}>
    <h2>${COUNT.title}</h2>
    <${Difference} of=${counted} />
    <p class="quiet">${COUNT.kept}</p>
    <div class="row">
      <button type="button" class="main" onClick=${go}>
        ${handing === null ? COUNT.settle : HANDOVER.giveTo(handing.to.name)}
      </button>
      <button type="button" onClick=${again}>${COUNT.again}</button>
    </div>
  <//>`;
}

/** The result of a count. */
export function Settled({ settled }) {
  const close = () => (state.dialog.value = null);
  return html`<${Modal} label=${SETTLED.title} onClose=${close}>
    <h2>${SETTLED.title}</h2>
    <${Difference} of=${settled} />
    <button type="button" class="main" onClick=${close}>${SETTLED.done}</button>
  <//>`;
}
