/** Arranging the quick keys: departments, their items, short names, colours and pictures. Nothing
 *  changes on any till before it is saved. */

import { doing } from "./actions.js";
import { BoxAway, Refused, call } from "./api.js";
import { Field } from "./fields.js";
import { Modal } from "./modal.js";
import { arrange } from "./quick_keys.js";
import * as state from "./state.js";
import { html, useRef, useState } from "./ui.js";
import { ARRANGE } from "./words_quick_keys.js";

const RESULTS_MAX = 8;
const TYPING_MS = 200;
const NEW_KEY = { short_name: null, colour: "grey", sign: null };

export function ArrangeKeys() {
  const { version } = state.quickKeys.value;
  const [tabs, setTabs] = useState(() => startingTabs());
  const [chosen, choose] = useState(0);
  const at = Math.min(chosen, tabs.length - 1);
  const close = () => (state.dialog.value = null);
  const changeTab = (changes) =>
    setTabs(tabs.map((tab, place) => (place === at ? { ...tab, ...changes } : tab)));
  const addTab = () => {
    choose(tabs.length);
    setTabs([...tabs, { name: ARRANGE.newTab, keys: [] }]);
  };
  const save = async () => {
    if (!(await doing(() => arrange(version, tabs)))) return;
    close();
    state.notice.value = ARRANGE.saved;
  };
  return html`<${Modal} label=${ARRANGE.title} onClose=${close} wide>
    <h2>${ARRANGE.title}</h2>
    <p class="quiet">${ARRANGE.what}</p>
    <div class="tabs">
      ${tabs.map(
        ({ name }, place) => html`<button type="button" key=${place} class="plain"
          aria-pressed=${place === at} onClick=${() => choose(place)}>${name}</button>`,
      )}
      <button type="button" class="plain" onClick=${addTab}>+ ${ARRANGE.newTab}</button>
    </div>
    <${Tab} key=${at} tab=${tabs[at]} change=${changeTab} />
    <div class="row">
      <button type="button" class="main" onClick=${save}>${ARRANGE.save}</button>
      ${tabs.length > 1 && html`<button type="button"
        onClick=${() => setTabs(tabs.filter((_, place) => place !== at))}>${ARRANGE.dropTab}</button>`}
      <button type="button" onClick=${close}>${ARRANGE.back}</button>
    </div>
  <//>`;
}

function startingTabs() {
  const { tabs } = state.quickKeys.value;
  return tabs.length > 0 ? tabs : [{ name: ARRANGE.newTab, keys: [] }];
}

function Tab({ tab, change }) {
  const { name, keys } = tab;
  const put = (changed) => change({ keys: changed });
  const changeKey = (place, changes) =>
    put(keys.map((key, each) => (each === place ? { ...key, ...changes } : key)));
  const moveForward = (place) => {
    const moved = keys.toSpliced(place, 1);
    put(moved.toSpliced(Math.max(place - 1, 0), 0, keys[place]));
  };
  return html`<${Field} label=${ARRANGE.tabName} value=${name} maxlength="64"
      onInput=${(event) => change({ name: event.currentTarget.value })} />
    <ul class="arranged">
      ${keys.map(
        (key, place) => html`<${ArrangedKey} key=${key.item.item_id} arranged=${key}
          change=${(changes) => changeKey(place, changes)}
          forward=${() => moveForward(place)}
          drop=${() => put(keys.toSpliced(place, 1))} />`,
      )}
    </ul>
    ${keys.length === 0 && html`<p class="quiet">${ARRANGE.empty}</p>`}
    <${FindItem} taken=${keys} onTake=${(item) => put([...keys, { ...NEW_KEY, item }])} />`;
}

function ArrangedKey({ arranged, change, forward, drop }) {
  const { item, short_name, colour, sign } = arranged;
  const { name } = item;
  return html`<li>
    <input type="text" class="sign" maxlength="8" placeholder="★" aria-label=${ARRANGE.sign(name)} value=${sign ?? ""}
      onInput=${(event) => change({ sign: event.currentTarget.value })} />
    <input type="text" maxlength="64" aria-label=${ARRANGE.shortName(name)} placeholder=${name}
      value=${short_name ?? ""}
      onInput=${(event) => change({ short_name: event.currentTarget.value })} />
    <select aria-label=${ARRANGE.colour(name)} class=${`key ${colour}`}
      onChange=${(event) => change({ colour: event.currentTarget.value })}>
      ${Object.entries(ARRANGE.colours).map(
        ([value, said]) => html`<option key=${value} value=${value} selected=${value === colour}>
          ${said}
        </option>`,
      )}
    </select>
    <button type="button" class="plain" aria-label=${ARRANGE.earlier(name)} onClick=${forward}>↑</button>
    <button type="button" class="plain" aria-label=${ARRANGE.drop(name)} onClick=${drop}>×</button>
  </li>`;
}

function FindItem({ taken, onTake }) {
  const [found, setFound] = useState([]);
  const timer = useRef(0);
  const look = (event) => {
    const text = event.currentTarget.value.trim();
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => setFound(await search(text)), TYPING_MS);
  };
  const ids = new Set(taken.map(({ item }) => item.item_id));
  const take = (item) => {
    setFound([]);
    onTake(item);
  };
  return html`<${Field} label=${ARRANGE.find} onInput=${look} />
    <div class="choices">
      ${found
        .filter(({ item_id }) => !ids.has(item_id))
        .map((item) => html`<button type="button" key=${item.item_id} aria-label=${ARRANGE.add(item.name)}
          onClick=${() => take(item)}>${item.name} <small>${item.department}</small></button>`)}
    </div>`;
}

async function search(text) {
  if (text === "") return [];
  try {
    const query = new URLSearchParams({ q: text, limit: String(RESULTS_MAX) });
    return (await call("GET", `/items?${query}`)).items;
  } catch (error) {
    if (!(error instanceof BoxAway || error instanceof Refused)) throw error;
    return [];
  }
}
