/** Another till by a picture to scan, and which there are: for who may pair. */

import { doing } from "./actions.js";
import { Field, Form } from "./fields.js";
import { Modal } from "./modal.js";
import * as state from "./state.js";
import { readTills, offerPairing, unpair } from "./tills.js";
import { html, useEffect, useState } from "./ui.js";
import { TILLS } from "./words_people.js";

export function Tills() {
  const [tills, setTills] = useState(null);
  const [offer, setOffer] = useState(null);
  const [ending, setEnding] = useState(null);
  const close = () => (state.dialog.value = null);
  const look = () => doing(async () => setTills(await readTills()));
  useEffect(() => void look(), []);
  const ask = ({ workstation }) =>
    void doing(async () => setOffer(await offerPairing(workstation.trim())));
  const end = async (name) => {
    setEnding(null);
    if (await doing(() => unpair(name))) await look();
  };
  return html`<${Modal} label=${TILLS.title} onClose=${close}>
    <h2>${TILLS.title}</h2>
    ${offer !== null && html`<${Offer} offer=${offer} />`}
    <ul class="lines tills">
      ${(tills ?? []).map(
        ({ workstation_id, heard_ms }) => html`<li key=${workstation_id}>
          <span><strong>${workstation_id}</strong> <small>${lastHeard(workstation_id, heard_ms)}</small></span>
          ${ending === workstation_id
            ? html`<button type="button" onClick=${() => void end(workstation_id)}>
                ${TILLS.sure(workstation_id)}
              </button>`
            : html`<button type="button" class="plain"
                disabled=${workstation_id === state.pairing.value?.workstation_id}
                onClick=${() => setEnding(workstation_id)}>${TILLS.end(workstation_id)}</button>`}
        </li>`,
      )}
    </ul>
    <${Form} onSubmit=${ask}>
      <${Field} label=${TILLS.another} hint=${TILLS.anotherHint} name="workstation"
        maxlength="32" autocapitalize="characters" />
      <button type="submit" class="main">${TILLS.code}</button>
    <//>
    <button type="button" onClick=${close}>${TILLS.close}</button>
  <//>`;
}

function lastHeard(name, ms) {
  if (name === state.pairing.value?.workstation_id) return TILLS.thisOne;
  if (ms === null) return TILLS.notHeard;
  return TILLS.heard(new Date(ms).toLocaleTimeString([], { timeStyle: "short" }));
}

/** Valid once, for a quarter of an hour; read here and nowhere else. */
function Offer({ offer }) {
  const { workstation_id, code, links } = offer;
  return html`<div class="card offer" data-testid="offer">
    <p>${links.length > 0 ? TILLS.scan(workstation_id) : TILLS.onlyHere(workstation_id)}</p>
    <${Way} offer=${offer} />
    <p>${TILLS.typed} <strong data-testid="pairing-code">${code}</strong></p>
  </div>`;
}

/** How a device gets there: the link, as a picture too, and whom it must trust first. */
export function Way({ offer: { links, qr, to_trust } }) {
  const picture = `data:image/svg+xml,${encodeURIComponent(qr)}`;
  return html`${qr !== null && html`<img class="qr" alt=${TILLS.picture} src=${picture} />`}
    ${links.length > 0 && html`<p class="quiet"><a href=${links[0]}>${links[0]}</a></p>`}
    ${to_trust !== null &&
    html`<p>${TILLS.first(to_trust.told_at)}</p>
      <p class="quiet">${TILLS.fingerprint(to_trust.authority)}<br />${to_trust.fingerprint}</p>`}`;
}
