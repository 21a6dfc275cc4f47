/** Which language the page speaks, and catalogues in both. A catalogue stands in a ``words_NAME.js``,
 *  English and Chinese side by side:
 *
 *      export const DISCOUNT = inBoth({
 *        title: ["Discount", "折扣"],
 *        off: [(amount) => `${amount} off`, (amount) => `减 ${amount}`],
 *      });
 *
 *  Views read ``DISCOUNT.title`` and follow the choice by themselves. A text with something in it is
 *  a function: amounts come formatted (text.js), what is counted as a number; one with markup in it
 *  gives its parts in a list. A problem is an object of its own: title, detail, remedy. */

import { languages, operator } from "./state.js";
import { computed } from "./ui.js";

/** By their names as HTML has them, in the order of a pair. */
export const LANGUAGES = ["en", "zh-Hans"];

/** The one that is spoken now: as whoever is signed in chose, else as was chosen here, else the
 *  browser's. */
export const language = computed(() => {
  const { here, by } = languages.value;
  return by[operator.value?.operator_id] ?? here ?? ofBrowser();
});

function ofBrowser() {
  return navigator.language.startsWith("zh") ? LANGUAGES[1] : LANGUAGES[0];
}

/** Every pair of words that the page says, for the test that none lacks one. */
export const CATALOGUES = [];

/** ``pairs`` as it is read in the language that is spoken now; objects in it are read likewise. */
export function inBoth(pairs) {
  CATALOGUES.push(pairs);
  return spoken(pairs);
}

function spoken(pairs) {
  const said = {};
  for (const [name, words] of Object.entries(pairs)) {
    const deeper = Array.isArray(words) ? null : spoken(words);
    const get = () => deeper ?? words[LANGUAGES.indexOf(language.value)];
    Object.defineProperty(said, name, { enumerable: true, get });
  }
  return said;
}
