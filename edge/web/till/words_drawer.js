/** What the page says of the drawer that is opened without a sale. */

import { inBoth } from "./language.js";

export const DRAWER = inBoth({
  key: ["Drawer", "钱箱"],
  title: ["Open the drawer without a sale", "不销售而打开钱箱"],
  reason: ["Reason", "原因"],
  reasonHint: ["Head office sees it", "总部会看到"],
  reasons: {
    change: ["Change for a note", "换零钱"],
    note: ["Wrong note put in", "放错钞票"],
    look: ["Look into it", "查看钱箱"],
  },
  open: ["Open the drawer", "打开钱箱"],
  back: ["Back", "返回"],
  opened: [
    "Open the drawer: it is noted that no sale did, and why.",
    "请打开钱箱：已记录此次并非销售，以及原因。",
  ],
  kicked: [
    "The drawer is open: it is noted that no sale did it, and why.",
    "钱箱已打开：已记录此次并非销售，以及原因。",
  ],
  out: [
    {
      title: "The printer did not open the drawer",
      detail: "It is noted that it was to be opened, and why; the printer cannot be reached.",
      remedy: "Open the drawer with its key, and see to the printer.",
    },
    {
      title: "打印机没有打开钱箱",
      detail: "已记录打开钱箱及原因；打印机无法连接。",
      remedy: "请用钥匙打开钱箱，并检查打印机。",
    },
  ],
  noReason: [
    {
      title: "That needs a reason",
      detail: "The drawer is opened without a sale only where it is said why.",
      remedy: "Choose a reason or type one.",
    },
    { title: "需要原因", detail: "不销售而打开钱箱，必须说明原因。", remedy: "请选择或输入原因。" },
  ],
});
