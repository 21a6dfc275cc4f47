/** What the page says of a till that goes to somebody else in the middle of the day. */

import { inBoth } from "./language.js";

export const HANDOVER = inBoth({
  menu: ["Hand the till over", "交接收银台"],
  title: ["Hand the till over", "交接收银台"],
  held: [
    (name) => `${name} has it now. Sales go on: the business day and the till stay open.`,
    (name) => `目前由 ${name} 使用。销售继续：营业日和收银台保持开启。`,
  ],
  to: ["To whom", "交给谁"],
  nobody: ["Nobody else with a PIN is known here.", "这里没有其他有 PIN 的人。"],
  counted: ["Cash counted", "清点的现金"],
  countedHint: [
    "Empty: it goes over uncounted. What should be there is shown after the count.",
    "留空则不清点即交接。清点后才显示应有金额。",
  ],
  reason: ["Reason", "原因"],
  reasonHint: ["Such as: end of the shift", "例如：换班"],
  give: ["Hand it over", "交接"],
  giveTo: [(name) => `Hand it over to ${name}`, (name) => `交给 ${name}`],
  back: ["Back", "返回"],
  given: [
    (name) => `The till is with ${name} from now on.`,
    (name) => `收银台现由 ${name} 使用。`,
  ],
  chooseWho: [
    {
      title: "Nobody is chosen",
      detail: "A till is handed over to somebody.",
      remedy: "Choose who takes it.",
    },
    { title: "未选择人员", detail: "收银台须交给某人。", remedy: "请选择由谁接手。" },
  ],
});
