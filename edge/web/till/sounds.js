/** Three tones, told apart without looking: taken, unknown, attention. They follow what the page knows
 *  and touch nothing of it; they can be off, on this workstation. */

import * as state from "./state.js";
import { write } from "./store.js";
import { effect } from "./ui.js";

/** By name: notes in turn, in Hz and ms. */
export const TONES = {
  taken: [{ hz: 1320, ms: 70 }],
  unknown: [{ hz: 196, ms: 320 }],
  attention: [
    { hz: 660, ms: 120 },
    { hz: 440, ms: 180 },
  ],
};
const VOLUME = 0.15;
const MS = 1000;

let context = null;

/** From now on the page is heard. What a reload found again is not news. */
export function hearTones() {
  sounding("taken", () => pieces(state.basket.value.lines));
  sounding("unknown", () => state.scans.value.filter(({ problem }) => problem !== null).length);
  sounding("attention", () => (asksAttention() ? 1 : 0));
}

export async function changeSounds() {
  const silent = !state.silent.value;
  await write({ silent: silent || undefined });
  state.silent.value = silent;
}

/** Sounds whenever the figure rises. */
function sounding(name, figure) {
  let before = null;
  effect(() => {
    const now = figure();
    if (before !== null && now > before && !state.silent.peek()) play(TONES[name]);
    before = now;
  });
}

function pieces(lines) {
  return lines.reduce((sum, { quantity_milli }) => sum + Math.abs(quantity_milli), 0);
}

/** Something went wrong, somebody else is asked, or nobody knows whether a card was charged. */
function asksAttention() {
  const { problem, overrideAsked, payment } = state;
  const unknown = payment.value?.state === "unknown";
  return problem.value !== null || overrideAsked.value !== null || unknown;
}

/** A browser that plays nothing, or not before a touch, is silent. */
function play(notes) {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  let at = context.currentTime;
  for (const { hz, ms } of notes) {
    const [tone, gain] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(VOLUME, at);
    gain.gain.linearRampToValueAtTime(0, at + ms / MS);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + ms / MS);
    at += ms / MS;
  }
}
