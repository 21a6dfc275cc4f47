/** What is said of baskets that are put aside, of what a line must be asked for, and of notes. */

import { inBoth } from "./language.js";
import { count } from "./words.js";

export const PARK = inBoth({
  title: ["Put aside, recall", "挂单、取单"],
  key: ["Put aside", "挂单"],
  recall: ["Recall", "取单"],
  note: ["Name or note", "名称或备注"],
  put: ["Put the basket aside", "挂起此单"],
  waiting: ["Baskets that wait", "等候的购物篮"],
  none: ["No basket waits.", "没有等候的购物篮。"],
  first: [
    "Put this basket aside, or finish it, before another is recalled.",
    "请先挂起或完成此单，再取另一单。",
  ],
  of: [
    (where, lines) => `${where}, ${count(lines, "line")}`,
    (where, lines) => `${where}，${lines} 行`,
  ],
  back: ["Back", "返回"],
  done: ["The basket was put aside.", "购物篮已挂起。"],
  recalled: ["The basket was recalled.", "购物篮已取回。"],
});

export const ASK = inBoth({
  age: ["Proof of age", "年龄证明"],
  ageOf: [(years) => `${years} years or older?`, (years) => `已满 ${years} 岁？`],
  seen: ["I saw the proof", "已查看证件"],
  serial: ["Serial number", "序列号"],
  lot: ["Lot", "批号"],
  card: ["Card to load", "要充值的卡"],
  take: ["Take it", "确定"],
  takeOut: ["Take the line out", "删除此行"],
});

export const NOTE = inBoth({
  tool: ["Note", "备注"],
  toolName: [(name) => `Note on ${name}`, (name) => `${name} 的备注`],
  take: ["Keep it", "保存"],
});
