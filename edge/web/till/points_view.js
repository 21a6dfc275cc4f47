/** What a customer's points come to while they pay: here, in all, and a button for more. */

import { askForPoints, readPoints } from "./points.js";
import * as state from "./state.js";
import { formatMinor } from "./text.js";
import { html, useLayoutEffect, useState } from "./ui.js";
import { POINTS } from "./words_points.js";

const count = (points) => formatMinor(points, 0);

/** Says what can be spent here, and what else there is. */
export function Points() {
  const { basket, linesQuote } = state;
  const id = basket.value.customer?.customer_id ?? null;
  const lent = linesQuote.value?.goodwill_here ?? 0;
  const spendable = linesQuote.value?.points_here ?? null;
  const here = spendable === null ? null : spendable - lent;
  const [stated, setStated] = useState(null);
  const [asked, setAsked] = useState(null);
  const [looks, setLooks] = useState(0);
  useLayoutEffect(() => {
    let shown = id !== null;
    if (shown) void readPoints(id).then((answer) => shown && setStated(answer));
    return () => (shown = false);
  }, [id, here, looks]);
  if (id === null) return html`<p class="quiet">${POINTS.nameCustomer}</p>`;
  if (here === null) return null;
  const ask = (more) => {
    setAsked("asking");
    void askForPoints(id, more).then(setAsked);
  };
  const again = () => {
    setAsked(null);
    setLooks(looks + 1);
  };
  return html`<div class="points" data-testid="points">
    <p role="status">${sentence(here, lent, stated)} ${outcome(asked)}</p>
    <${More} stated=${stated} here=${here} asked=${asked} onAsk=${ask} onAgain=${again} />
  </div>`;
}

function sentence(here, lent, stated) {
  const inAll = stated?.in_all ?? null;
  const more = inAll !== null && inAll > here;
  const own = more ? POINTS.inAll(count(inAll), count(here)) : POINTS.here(count(here));
  const known = lent > 0 ? `${own} ${POINTS.lent(count(lent))}` : own;
  const due = state.currentQuote.value?.due;
  const tooFew = due !== undefined && !due.covered && due.points_left_minor === 0 && here + lent > 0;
  return tooFew ? `${known} ${POINTS.tooFew}` : known;
}

function outcome(asked) {
  if (asked === null || asked === "asking") return "";
  if (asked.outcome === "granted") return POINTS.given(count(asked.granted));
  return asked.outcome === "away" ? POINTS.away : POINTS.none;
}

/** The way to more, where the points that are here do not pay everything. */
function More({ stated, here, asked, onAsk, onAgain }) {
  const missing = state.currentQuote.value?.due?.points_missing ?? 0;
  if (asked === "asking") {
    return html`<button type="button" disabled>${POINTS.asking}</button>`;
  }
  if (stated === null || missing === 0) return null;
  const tryAgain = html`<button type="button" onClick=${onAgain}>${POINTS.tryAgain}</button>`;
  if (asked?.outcome === "away") return tryAgain;
  if (stated.in_all === null) return html`<p class="quiet">${POINTS.away}</p>${tryAgain}`;
  if (stated.in_all <= here) return null;
  const more = Math.min(missing, stated.to_ask_for);
  if (more > 0) {
    return html`<button type="button" onClick=${() => onAsk(more)}>
      ${POINTS.ask(count(more))}
    </button>`;
  }
  return asked === null ? html`<p class="quiet">${POINTS.none}</p>` : null;
}
