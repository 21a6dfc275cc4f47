/** A customer's display on a device of its own: a picture to scan with it, for who may pair. */

import { doing } from "./actions.js";
import { Modal } from "./modal.js";
import { offerDisplay } from "./shown.js";
import * as state from "./state.js";
import { askStatus } from "./status.js";
import { Way } from "./tills_view.js";
import { html, useEffect, useState } from "./ui.js";
import { TILLS } from "./words_people.js";
import { DISPLAY } from "./words_display.js";

export function OfferDisplay() {
  const [offer, setOffer] = useState(null);
  const close = () => {
    state.dialog.value = null;
    void askStatus(); // whether it is on now, and is to be told what is shown
  };
  useEffect(() => void doing(async () => setOffer(await offerDisplay())), []);
  return html`<${Modal} label=${DISPLAY.anotherTitle} onClose=${close}>
    <h2>${DISPLAY.anotherTitle}</h2>
    ${offer !== null && html`<${Offer} offer=${offer} />`}
    <button type="button" onClick=${close}>${TILLS.close}</button>
  <//>`;
}

/** Where no other machine is answered the display may still be another browser of this one. */
function Offer({ offer }) {
  const { workstation_id, code, links } = offer;
  const here = `${location.origin}/display#pair=${workstation_id}:${code}`;
  return html`<div class="card offer" data-testid="offer">
    <p>${links.length > 0 ? DISPLAY.anotherScan : DISPLAY.anotherOnlyHere}</p>
    <${Way} offer=${offer} />
    ${links.length === 0 && html`<p>${DISPLAY.anotherLink}<br /><a href=${here}>${here}</a></p>`}
  </div>`;
}
