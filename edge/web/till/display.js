/** The customer's display: shows what the till tells (shown.js), which it hears in a window beside the
 *  till from that very page, on a device of its own from the store box (display_box.js); says what the
 *  customer answers there, and nothing else. The newest line is kept in sight; the total never leaves
 *  the screen. */

import { answerBox, followBox, isPaired } from "./display_box.js";
import { CHANNEL } from "./display_channel.js";
import { markLanguage } from "./speaking.js";
import * as state from "./state.js";
import { formatMilli, formatMinor } from "./text.js";
import { html, mount, signal, useLayoutEffect, useRef } from "./ui.js";
import { DISPLAY } from "./words_display.js";

/** What was told last, null before anything was.
 * @type {{value: import("./shown.js").Shown | null}} */
const told = signal(null);
/** Whether the store box does not know this device. */
const isStranger = signal(false);
/** What was touched last, and whether the till was told: null while it is.
 * @type {{value: {question: string, tip_minor: number, arrived: boolean | null} | null}} */
const touched = signal(null);
/** How the till is told.
 * @type {(said: import("./tip_answers.js").Said) => Promise<boolean>} */
let answer = async () => false;
const money = (minor) => (minor === undefined ? "…" : formatMinor(minor, told.value?.decimals ?? 2));

function App() {
  const shown = told.value;
  if (isStranger.value) return html`<${Sentence} words=${DISPLAY.notPaired} then=${DISPLAY.pairIt} />`;
  if (shown === null || shown.screen === "closed") return html`<${Sentence} words=${DISPLAY.closed} />`;
  return html`
    ${shown.training && html`<p class="training" role="status">${DISPLAY.training}</p>`}
    <${SCREENS[shown.screen]} shown=${shown} />
  `;
}

const SCREENS = { welcome: Welcome, basket: Basket, sold: Sold };

function Sentence({ words, then = null }) {
  return html`<main class="middle"><h1>${words}</h1>${then !== null && html`<p>${then}</p>`}</main>`;
}

function Welcome({ shown }) {
  return html`<main class="middle">
    <p class="quiet">${shown.store}</p>
    <h1>${DISPLAY.welcome}</h1>
  </main>`;
}

function Basket({ shown }) {
  const { lines, code } = shown;
  const list = useRef(null);
  useLayoutEffect(() => list.current?.lastElementChild?.scrollIntoView({ block: "end" }), [lines]);
  return html`<main class=${code === null ? "bought" : "bought asked"}>
    <h1 class="unseen">${DISPLAY.basket}</h1>
    <ol class="lines" ref=${list} tabindex="0" aria-label=${DISPLAY.basket}>
      ${lines.map((line, at) => html`<${Line} key=${at} line=${line} />`)}
    </ol>
    ${code !== null && html`<${Code} asked=${code} />`}
    <${Sums} shown=${shown} />
  </main>`;
}

function Line({ line }) {
  const { name, quantity_milli: milli, unit, amount_minor: minor, less } = line;
  return html`<li>
    <span class="name">${milli < 0 && html`<em>${DISPLAY.back}</em> `}${name}</span>
    <span class="count">${formatMilli(Math.abs(milli))}${unit === "each" ? "" : ` ${unit}`}</span>
    <span class="amount">${money(minor)}</span>
    ${less.map(({ reason, amount_minor }, at) => html`<span class="less" key=${at}>
      <span>${reason}</span><span>${money(amount_minor)}</span>
    </span>`)}
  </li>`;
}

/** What a telephone is held over. */
function Code({ asked }) {
  const { size, path } = asked.code;
  return html`<section class="code" role="status">
    <h2>${DISPLAY.scan(money(asked.amount_minor))}</h2>
    <svg role="img" aria-label=${DISPLAY.code} viewBox=${`0 0 ${size} ${size}`} shape-rendering="crispEdges">
      <rect width=${size} height=${size} class="paper" /><path d=${path} class="ink" />
    </svg>
    <p>${asked.reference}</p>
  </section>`;
}

/** Would you like to give a tip? The customer touches what they like, or tells the cashier. */
function Tip({ tip }) {
  const { offered, asked_minor: asked, question, said } = tip;
  if (offered.length === 0 && asked === 0) return null;
  const { value: last } = touched;
  const mine = last !== null && last.question === question ? last : null;
  const chosen = mine?.arrived === null ? mine.tip_minor : said || asked > 0 ? asked : null;
  const named = (minor) => (minor === 0 ? DISPLAY.noTip : money(minor));
  return html`<section class="tip" data-testid="shown-tip">
    ${offered.length > 0 && html`<h2>${DISPLAY.tip}</h2>
      <ul>${[0, ...offered].map((minor) => html`<li key=${minor}>${question === undefined
        ? html`<span class=${minor === asked ? "on" : ""}>${named(minor)}</span>`
        : html`<button type="button" aria-pressed=${minor === chosen}
            onClick=${() => touch(question, minor)}>${named(minor)}</button>`}</li>`)}</ul>`}
    <p role="status">${mine?.arrived === false ? DISPLAY.tellCashier : thanks(said, asked)}</p>
  </section>`;
}

function thanks(said, asked) {
  if (asked > 0) return DISPLAY.withTip(money(asked));
  return said ? DISPLAY.withoutTip : "";
}

/** Shown as chosen at once; that it holds the till says. */
async function touch(question, tip_minor) {
  const said = { question, tip_minor };
  touched.value = { ...said, arrived: null };
  const arrived = await answer(said);
  if (touched.value?.question === question) touched.value = { ...said, arrived };
}

function Sums({ shown }) {
  const { total_minor, saved_minor, left_minor, currency } = shown;
  const left = left_minor !== undefined;
  const tip = left || total_minor === undefined ? 0 : (shown.tip?.asked_minor ?? 0);
  return html`<footer>
    ${shown.tip && html`<${Tip} tip=${shown.tip} />`}
    <p class="quiet">${saved_minor > 0 ? DISPLAY.saved(money(saved_minor)) : ""}
      ${left && DISPLAY.of(money(total_minor))}</p>
    <p class="figure">
      <span>${left ? DISPLAY.left : tip > 0 ? DISPLAY.totalWithTip : DISPLAY.total} ${currency}</span>
      <output role="status" data-testid="shown-total">${money(left ? left_minor : tip > 0 ? (total_minor ?? 0) + tip : total_minor)}</output>
    </p>
  </footer>`;
}

function Sold({ shown }) {
  const { due_minor, change_minor, points_here } = shown.sold;
  return html`<main class="middle">
    <h1>${DISPLAY.thanks}</h1>
    <dl>
      <dt>${due_minor < 0 ? DISPLAY.givenBack : DISPLAY.paid}</dt>
      <dd>${money(Math.abs(due_minor))}</dd>
      ${change_minor > 0 && html`<dt class="change">${DISPLAY.change}</dt>
        <dd class="change" data-testid="shown-change">${money(change_minor)}</dd>`}
      ${points_here !== null && html`<dt>${DISPLAY.points}</dt><dd>${formatMinor(points_here, 0)}</dd>`}
    </dl>
  </main>`;
}

/** @param {import("./shown.js").Shown | null} shown */
function show(shown) {
  told.value = shown;
  if (shown !== null) state.languages.value = { here: shown.language, by: {} };
}

function listen() {
  const channel = new BroadcastChannel(CHANNEL);
  /** @param {import("./display_channel.js").FromDisplay} what */
  const say = (what) => channel.postMessage(what);
  channel.onmessage = ({ data }) => {
    if (data.shown !== undefined) show(data.shown);
  };
  addEventListener("pagehide", () => say({ goes: true }));
  answer = async (said) => {
    say({ said });
    return true;
  };
  say({ asks: true });
}

markLanguage();
if (isPaired()) {
  answer = answerBox;
  void followBox({ show, refuse: () => (isStranger.value = true) });
} else listen();
mount(html`<${App} />`, "display");
