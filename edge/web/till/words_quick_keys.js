/** What the page says of quick keys and how they are arranged. */

import { inBoth } from "./language.js";

export const QUICK = inBoth({
  keys: ["Quick keys", "快捷键"],
  tabs: ["Departments", "部门"],
  close: ["Close", "关闭"],
  arrange: ["Arrange quick keys …", "编排快捷键 …"],
});

export const ARRANGE = inBoth({
  title: ["Arrange quick keys", "编排快捷键"],
  what: [
    "For what has no code. Every till of this shop shows them.",
    "用于没有条码的商品。本店每个收银台都会显示。",
  ],
  newTab: ["New department", "新部门"],
  tabName: ["Name of the department", "部门名称"],
  dropTab: ["Remove this department", "删除此部门"],
  find: ["Find an item to add", "查找要加入的商品"],
  add: [(name) => `Add ${name}`, (name) => `加入 ${name}`],
  shortName: [(name) => `Short name of ${name}`, (name) => `${name} 的简称`],
  sign: [(name) => `Picture of ${name}`, (name) => `${name} 的图标`],
  colour: [(name) => `Colour of ${name}`, (name) => `${name} 的颜色`],
  colours: {
    grey: ["Grey", "灰"],
    green: ["Green", "绿"],
    amber: ["Amber", "黄"],
    red: ["Red", "红"],
    violet: ["Violet", "紫"],
    blue: ["Blue", "蓝"],
  },
  earlier: [(name) => `Move ${name} forward`, (name) => `${name} 前移`],
  drop: [(name) => `Remove ${name}`, (name) => `删除 ${name}`],
  empty: ["No key yet: find the first item.", "还没有按键：请查找第一件商品。"],
  save: ["Save", "保存"],
  back: ["Back", "返回"],
  saved: ["The quick keys are saved.", "快捷键已保存。"],
});
