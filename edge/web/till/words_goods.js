/** What the page asks about an item, a customer, and says of scans that are not in the basket. */

import { inBoth } from "./language.js";

export const ITEM = inBoth({
  weight: [(unit) => `Weight in ${unit}`, (unit) => `重量（${unit}）`],
  price: ["Price", "价格"],
  reason: ["Reason for the price", "定价原因"],
  reasonHint: ["Such as: price tag", "例如：价签"],
  add: ["Add", "加入"],
  notThis: ["Not this item", "不是这件商品"],
  heavy: [
    (weight, unit) => `${weight} ${unit} is a great deal.`,
    (weight, unit) => `${weight} ${unit} 太多了吧？`,
  ],
  addHeavy: [(weight, unit) => `Add ${weight} ${unit}`, (weight, unit) => `加入 ${weight} ${unit}`],
  notAWeight: [
    {
      title: "That is not a weight",
      detail: "The weight must be more than nothing, with at most three digits after the point.",
      remedy: "Type it like 0.755.",
    },
    { title: "这不是重量", detail: "重量须大于零，小数点后最多三位。", remedy: "例如：0.755。" },
  ],
  noReason: [
    {
      title: "The reason is missing",
      detail: "A price that is typed in needs its reason.",
      remedy: "Say in a word where the price comes from, such as “price tag”.",
    },
    {
      title: "缺少原因",
      detail: "手工输入的价格需要说明原因。",
      remedy: "请简单说明价格来源，例如“价签”。",
    },
  ],
});

const MONTH_NAMES = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

export const CUSTOMER = inBoth({
  title: ["Customer", "顾客"],
  search: ["Phone, e-mail, code or name", "电话、电邮、会员号或姓名"],
  nobody: [
    "Nobody is found by that. Make a new customer?",
    "没有找到。要新建顾客吗？",
  ],
  new: ["New customer", "新顾客"],
  none: ["No customer", "不记顾客"],
  back: ["Back", "返回"],
  name: ["Name", "姓名"],
  phone: ["Phone", "电话"],
  email: ["E-mail", "电邮"],
  month: ["Month of birth, if they like", "出生月份（可不填）"],
  bornOf: [(name) => `${name}: month of birth`, (name) => `${name}：出生月份`],
  tellMonth: ["Tell head office", "告知总部"],
  monthTold: [
    (name) => `Head office is told in which month ${name} was born.`,
    (name) => `已告知总部 ${name} 的出生月份。`,
  ],
  monthMissing: [
    {
      title: "No month was chosen",
      detail: "Head office keeps the month, nobody else does.",
      remedy: "Choose the month that the customer tells.",
    },
    {
      title: "没有选择月份",
      detail: "出生月份只由总部保存。",
      remedy: "请选择顾客所说的月份。",
    },
  ],
  monthUnsaid: ["Not told", "未告知"],
  monthOf: [(month) => MONTH_NAMES[month - 1], (month) => `${month} 月`],
  create: ["Create customer", "新建顾客"],
  shared: [
    (said) => `${said} Take that customer, or is the number shared?`,
    (said) => `${said} 选用该顾客，还是两人共用此号码？`,
  ],
  createShared: ["Two people share it: create", "两人共用：新建"],
  /** By the field that is wrong. */
  wrong: {
    name: [
      { title: "The name is missing", detail: "A customer needs a name.", remedy: "Type the name." },
      { title: "缺少姓名", detail: "顾客须有姓名。", remedy: "请输入姓名。" },
    ],
    phone: [
      {
        title: "That is no phone number",
        detail: "It is too short, or not only digits.",
        remedy: "Like +65 9123 4567.",
      },
      { title: "这不是电话号码", detail: "太短，或含有非数字字符。", remedy: "例如 +65 9123 4567。" },
    ],
    email: [
      {
        title: "That is no e-mail address",
        detail: "It is not complete.",
        remedy: "Type it like mei@example.com.",
      },
      { title: "这不是电邮地址", detail: "地址不完整。", remedy: "例如 mei@example.com。" },
    ],
  },
});

/** Scans that are not in the basket, and why. */
export const SCANS = inBoth({
  label: ["Scans that are not in the basket", "未加入购物篮的扫描"],
  dismissAll: [(number) => `Dismiss all ${number}`, (number) => `全部忽略（${number}）`],
  dismiss: [(text) => `Dismiss ${text}`, (text) => `忽略 ${text}`],
  beingLookedUp: ["Being looked up …", "正在查找 …"],
  again: ["Again", "重试"],
  lookUpAgain: [(text) => `Look ${text} up again`, (text) => `重试 ${text}`],
  waits: {
    away: [
      "Waits: the store box does not answer. It is looked up by itself.",
      "等待中：店内主机没有回应。之后会自动查找。",
    ],
    operator: ["Waits until somebody is at the till.", "等待收银员登录。"],
    sale: ["Waits until the sale before it is finished.", "等待上一笔销售完成。"],
    nextSale: ["Waits for the next sale.", "等待下一笔销售。"],
    opening: ["Waits until the day and the till are open.", "等待营业日和收银台开启。"],
    settling: ["Waits until the till is counted.", "等待收银台清点完成。"],
    dialog: ["Waits until this is answered.", "等待此问题回答。"],
  },
  misreadValue: [
    {
      title: "The price in this code does not check",
      detail: "A digit of the label was misread or misprinted. It is not in the basket.",
      remedy: "Scan it again, or find the item by its name and type the price or weight.",
    },
    {
      title: "此条码中的价格校验不符",
      detail: "标签上有数字误读或误印。未加入购物篮。",
      remedy: "请重新扫描，或按名称查找商品并输入价格或重量。",
    },
  ],
  nothingFound: [
    (text, alsoByName) => ({
      title: "Nothing found",
      detail: alsoByName
        ? `No item has the code “${text}”, and no name begins with these words. It is not in the basket.`
        : `No item has the code “${text}”. It is not in the basket.`,
      remedy: "Scan it again, or search by words of its name.",
    }),
    (text, alsoByName) => ({
      title: "没有找到",
      detail: alsoByName
        ? `没有条码为“${text}”的商品，也没有以此开头的名称。未加入购物篮。`
        : `没有条码为“${text}”的商品。未加入购物篮。`,
      remedy: "请重新扫描，或按名称搜索。",
    }),
  ],
  notSold: [
    (name) => ({
      title: "This item is not sold any more",
      detail: `${name} is not sold any more. It is not in the basket.`,
      remedy: "Sell another item in its place.",
    }),
    (name) => ({
      title: "此商品已停售",
      detail: `${name} 已停售。未加入购物篮。`,
      remedy: "请改售其他商品。",
    }),
  ],
  cutOff: [
    (text) => ({
      title: "Not looked up",
      detail: `“${text}” stood in the field when the next scan came. It is not in the basket.`,
      remedy: "Scan it again if it is to be sold.",
    }),
    (text) => ({
      title: "未查找",
      detail: `下一次扫描到来时，栏中还有“${text}”。未加入购物篮。`,
      remedy: "若要出售，请重新扫描。",
    }),
  ],
  tooMany: [
    (most, text) => ({
      title: "Too many scans wait",
      detail: `${most} scans wait already, so “${text}” was not taken.`,
      remedy: "Put this item aside, and scan it again when the others are in the basket.",
    }),
    (most, text) => ({
      title: "等待的扫描太多",
      detail: `已有 ${most} 个扫描在等待，因此没有接受“${text}”。`,
      remedy: "请先放在一边，等其他商品加入购物篮后再扫描。",
    }),
  ],
});
