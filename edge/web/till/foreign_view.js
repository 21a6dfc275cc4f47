/** Cash of another currency: which is taken, how much was handed over; what it is worth the store box
 *  says. Change is given in the store's own money. */

import { addTender, doing } from "./actions.js";
import { BoxAway, Refused, call } from "./api.js";
import { Choice, Field, Form } from "./fields.js";
import { notAnAmount } from "./opening_view.js";
import * as state from "./state.js";
import { formatMinor, parseMinor } from "./text.js";
import { withTip } from "./tips.js";
import { html, useEffect, useState } from "./ui.js";
import { FOREIGN } from "./words_foreign.js";

/** ``tender``: the cash that it is taken as. Nothing where the store takes none. */
export function Foreign({ tender }) {
  const [taken, setTaken] = useState([]);
  const [chosen, setChosen] = useState(null);
  useEffect(() => {
    let shown = true;
    void readTaken().then((found) => shown && setTaken(found));
    return () => (shown = false);
  }, []);
  if (taken.length === 0) return null;
  return html`<div class="foreign">
    <h2>${FOREIGN.title}</h2>
    <div class="row" role="group" aria-label=${FOREIGN.title}>
      ${taken.map((one) => html`<${Choice} key=${one.currency} label=${one.currency}
        on=${chosen === one} choose=${() => setChosen(chosen === one ? null : one)} then=".foreign form" />`)}
    </div>
    ${chosen !== null && html`<${Handed} key=${chosen.currency} tender=${tender} taken=${chosen} />`}
  </div>`;
}

function Handed({ tender, taken: { currency, decimals } }) {
  const submit = ({ handed }) => {
    const minor = parseMinor(handed, decimals);
    if (minor === null || minor === 0) state.problem.value = notAnAmount(handed, decimals);
    else void doing(() => take(tender, currency, minor, formatMinor(minor, decimals)));
  };
  return html`<${Form} onSubmit=${submit}>
    <${Field} label=${FOREIGN.handed(currency)} name="handed" inputmode="decimal" first />
    <button type="submit" disabled=${state.currentQuote.value === null}>
      ${FOREIGN.take(currency)}
    </button>
  <//>`;
}

async function take(tender, currency, amountMinor, shown) {
  const query = new URLSearchParams({ amount_minor: amountMinor });
  const { worth_minor } = await call("GET", `/currencies/${currency}/worth?${query}`);
  const foreign = { currency, amount_minor: amountMinor };
  const handed = `${currency} ${shown}`;
  const { tender_id } = tender;
  const given = withTip(tender, worth_minor);
  await addTender({ tender_id, ...given, reference: null, foreign, handed });
}

/** None where the store box does not say. */
async function readTaken() {
  try {
    return await call("GET", "/currencies", { quiet: true });
  } catch (error) {
    if (error instanceof BoxAway || error instanceof Refused) return [];
    throw error;
  }
}
