/** What the views are made of: the vendored modules, under one name. */

import htm from "../vendor/htm.js";
import { h, render } from "../vendor/preact.js";

export const html = htm.bind(h);

/** Shows ``view`` in the page's element with this id, which its HTML has. */
export function mount(view, id) {
  const place = document.getElementById(id);
  if (place === null) throw new TypeError(id);
  render(view, place);
}

export { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact-hooks.js";
export { batch, computed, effect, signal } from "../vendor/signals.js";
