/** What the page says of its sounds. */

import { inBoth } from "./language.js";

export const SOUNDS = inBoth({
  off: ["Sounds off", "关闭提示音"],
  on: ["Sounds on", "开启提示音"],
});
