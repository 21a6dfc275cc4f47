/** Every word that the page says, by the screen that says it: a second language is another file
 *  like this one, words_people.js and words_points.js; words_selling.js has both (language.js). What the store server sends comes in its own
 *  words; what stands there before a script runs is in index.html and till.webmanifest.
 *
 *  Pure. A text with something in it is a function: amounts come formatted (text.js), what is counted
 *  as a number. One with markup in it gives its parts in a list. A problem: {title, detail, remedy}. */

/** 1, "line" -> "1 line"; 3 -> "3 lines" */
function count(number, word) {
  return number === 1 ? `1 ${word}` : `${number} ${word}s`;
}

/** The page as a whole (app.js). */
export const PAGE = {
  asking: "Asking the store box …",
  otherTab: {
    title: "Another tab sells",
    where: "This till is open in another tab or window of this browser.",
    what: "Sell there. When that one is closed, this one goes on by itself.",
  },
  keepsNothing: {
    title: "This browser keeps nothing",
    why: "A till must be able to keep its basket and its sales, and this browser refuses to.",
    what: "Open the page in a window that is not private, or free some space on this device.",
  },
  notKept: "The page is not kept for when the store box is down:",
};

/** What any act may be answered with (actions.js). */
export const ACT = {
  away: {
    title: "The store box does not answer",
    detail: "It is not known yet whether this was done. Pressed again, it is not done twice.",
    remedy: "Try again in a moment. If it stays so, look whether the store box is switched on.",
  },
  stillBusy: "Wait a moment: what was pressed before is still being done.",
  cannotKeep: {
    title: "This browser could not keep it",
    detail: "The browser could not write to its storage, so nothing was sent.",
    remedy: "Free some space on this device, then try again.",
  },
  paidAlready: {
    title: "Something was paid already",
    detail: "A part of this basket was paid, so it cannot just be emptied.",
    remedy: "Give it back, take it out on the screen Pay, then empty the basket.",
  },
  notAnAmount: (text, example) => ({
    title: "That is not an amount",
    detail: text.trim() === "" ? "No amount was typed." : `“${text}” is not an amount.`,
    remedy: `Type it like ${example}.`,
  }),
};

/** What to do about a refusal whose own remedy is for programs, by its slug (refusals.js). */
export const REMEDIES = {
  "business-day-closed": "Open it again below if it was closed by mistake, or open another day.",
  "business-day-far": "Check the date and the clock. If it is meant, a manager says why below.",
  "business-day-open-already": "Close that day first: Menu, Close business day.",
  "business-day-too-early": "Check the date and the clock. If it is meant, a manager says why below.",
  "no-open-business-day": "Open the day from this page.",
  "no-open-till": "Open the till from this page.",
  "not-paired": "Pair it again with a new code from the store server.",
  "till-open-already": "Go on with it, or settle it first: Menu, Settle till.",
  "till-session-not-carried": "Open the till with what is in its drawer now.",
  "tills-open": "Count and settle each of them at its own till, then close the day.",
  "unknown-business-day": "Load the page again: it shows which day is open.",
  "unknown-customer": "Find the customer again, or sell without one.",
};
export const ASK_SOMEBODY =
  "Load the page again. If it stays so, ask whoever looks after the store box.";

/** What a reload found (boot.js), and what another store's till had begun (refresh.js). */
export const FOUND_AGAIN = {
  unanswered: (total) =>
    `Found again: a sale of ${total} that was sent but not answered; asking the store box …`,
  finished: (receiptNumber) => `Found again: receipt ${receiptNumber}, finished.`,
  basket: (lines) => `Found again: a basket of ${count(lines, "line")}.`,
  basketOf: (lines, total) => `Found again: a basket of ${count(lines, "line")}, ${total}.`,
  setAside:
    "This till was at another store before: what was not finished there is set aside, not sold here.",
};

/** The header and the status line. */
export const STATUS = {
  till: "Till",
  away: "The store box does not answer. The basket is safe here; trying again.",
  slow: "Waiting for the store box: it takes longer than usual.",
  otherTab: "This tab does not sell.",
  notPaired: "This till is not paired yet.",
  close: "Close",
  givingBack: (receipts) =>
    `${count(receipts, "receipt")} ${receipts === 1 ? "is" : "are"} being given back to the store box.`,
};

export const MENU = {
  title: "Menu",
  changeCashier: "Change cashier",
  changeFrom: (name) => `${name} is at the till: change cashier`,
  keys: "All keys",
  settleTill: "Settle till",
  closeDay: "Close business day …",
  day: "Business day",
  noDay: "none is open",
  till: "Till",
  tillOpen: (tillId) => `${tillId}, open`,
  tillNotOpen: "not open",
  storage: "Storage",
  promised: "The browser has promised to keep it.",
  mayDrop: "Kept, but the browser may drop it when its disk is full.",
  promisesNothing: "Kept; this browser promises nothing.",
  close: "Close menu",
};

export const PAIRING = {
  title: "Pair this till",
  ask: (command) => [
    "Ask at the store server for a code: ",
    command,
    ", with this till's own name in place of W1. It is good once, for 15 minutes.",
  ],
  workstation: "Workstation",
  workstationHint: "Such as W1",
  code: "Pairing code",
  codeHint: "Such as 7Q4-M0K-XV2",
  pair: "Pair",
  wrongCodes:
    "A code that is wrong, used or too old pairs nothing: ask for a new one. Five wrong tries end " +
    "a code.",
  lost: "If an answer is lost, press Pair again with the same code.",
};

/** Before the first sale: the till with its float. */
export const OPENING = {
  title: "Open the till",
  count: (date) =>
    `Business day ${date}. Count the coins and notes that are in the drawer now.`,
  float: "Float in the drawer",
  open: "Open till",
  carried: {
    title: "Go on with the till",
    count: (date) =>
      `This till was open on business day ${date} at the store box that was here before. Count the coins and notes that are in the drawer now: the till goes on with them.`,
    float: "Cash in the drawer",
    open: "Go on with the till",
    not: "It was counted and settled before",
  },
};

export const DAY = {
  open: {
    title: "Open the business day",
    today: (date) => [
      "Today is ",
      date,
      ". This date stands on every receipt until the day is closed, past midnight too.",
    ],
    open: "Open business day",
  },
  closed: {
    title: (date) => `The business day ${date} is closed`,
    what: "Nothing more is sold on it. Was it closed by mistake? A manager can open it again.",
    next: "Go on to the next day",
  },
  again: (date) => `Open ${date} again`,
  isOpenAgain: (date) => `The business day ${date} is open again.`,
  asked: {
    label: "A manager's reason",
    why: {
      reopen: "This day was closed. A manager can open it again:",
      reason: "This day is asked about. If it is meant, a manager opens it:",
    },
    date: "Business day",
    dateHint: (today) => `Year, month and day, like ${today}`,
    reason: "Reason",
    hintAgain: "Such as: closed by mistake",
    hintMeant: "Such as: the clock was wrong yesterday",
    openThis: "Open this day",
    back: "Back",
  },
  noReason: {
    title: "The reason is missing",
    detail: "This is kept with its reason, and head office sees it.",
    remedy: "Say in a word why.",
  },
  close: {
    label: "Close the business day",
    title: (date) => `Close the business day ${date}?`,
    closes: (receipts) =>
      `It closes ${count(receipts, "receipt")}. After that nothing more can be sold on this day; ` +
      "today's sales would need a manager to open it again.",
    unpaid: (lines) => `A basket of ${count(lines, "line")} is not paid yet.`,
    notCounted: "Not counted yet, so the day cannot be closed now:",
    tillAt: (tillId, workstationId) => `till ${tillId} at ${workstationId}`,
    keep: "Keep it open",
    close: (date) => `Close ${date}`,
  },
};

export const ITEM = {
  weight: (unit) => `Weight in ${unit}`,
  price: "Price",
  reason: "Reason for the price",
  reasonHint: "Such as: price tag",
  add: "Add",
  notThis: "Not this item",
  heavy: (weight, unit) => `${weight} ${unit} is a great deal.`,
  addHeavy: (weight, unit) => `Add ${weight} ${unit}`,
  notAWeight: {
    title: "That is not a weight",
    detail: "The weight must be more than nothing, with at most three digits after the point.",
    remedy: "Type it like 0.755.",
  },
  noReason: {
    title: "The reason is missing",
    detail: "A price that is typed in needs its reason.",
    remedy: "Say in a word where the price comes from, such as “price tag”.",
  },
};

export const CUSTOMER = {
  title: "Customer",
  search: "Phone, e-mail, code or name",
  nobody: "Nobody is found by that. Make a new customer?",
  new: "New customer",
  none: "No customer",
  back: "Back",
  name: "Name",
  phone: "Phone",
  email: "E-mail",
  create: "Create customer",
  shared: (said) => `${said} Take that customer, or is the number shared?`,
  createShared: "Two people share it: create",
  /** By the field that is wrong. */
  wrong: {
    name: { title: "The name is missing", detail: "A customer needs a name.", remedy: "Type the name." },
    phone: {
      title: "That is no phone number",
      detail: "It is too short, or not only digits.",
      remedy: "Like +65 9123 4567.",
    },
    email: {
      title: "That is no e-mail address",
      detail: "It is not complete.",
      remedy: "Type it like mei@example.com.",
    },
  },
};

/** Scans that are not in the basket, and why. */
export const SCANS = {
  label: "Scans that are not in the basket",
  dismissAll: (number) => `Dismiss all ${number}`,
  dismiss: (text) => `Dismiss ${text}`,
  beingLookedUp: "Being looked up …",
  again: "Again",
  lookUpAgain: (text) => `Look ${text} up again`,
  waits: {
    away: "Waits: the store box does not answer. It is looked up by itself.",
    operator: "Waits until somebody is at the till.",
    sale: "Waits until the sale before it is finished.",
    nextSale: "Waits for the next sale.",
    opening: "Waits until the day and the till are open.",
    settling: "Waits until the till is counted.",
    dialog: "Waits until this is answered.",
  },
  nothingFound: (text, alsoByName) => ({
    title: "Nothing found",
    detail: alsoByName
      ? `No item has the code “${text}”, and no name begins with these words. It is not in the basket.`
      : `No item has the code “${text}”. It is not in the basket.`,
    remedy: "Scan it again, or search by words of its name.",
  }),
  notSold: (name) => ({
    title: "This item is not sold any more",
    detail: `${name} is not sold any more. It is not in the basket.`,
    remedy: "Sell another item in its place.",
  }),
  cutOff: (text) => ({
    title: "Not looked up",
    detail: `“${text}” stood in the field when the next scan came. It is not in the basket.`,
    remedy: "Scan it again if it is to be sold.",
  }),
  tooMany: (most, text) => ({
    title: "Too many scans wait",
    detail: `${most} scans wait already, so “${text}” was not taken.`,
    remedy: "Put this item aside, and scan it again when the others are in the basket.",
  }),
};

export const PAY = {
  title: "Pay",
  back: "Back to basket",
  by: "Pay by",
  finish: "Finish the sale",
  left: "Left to pay",
  cashLeft: "In cash, rounded",
  asking: "Asking the store box for the amounts …",
  noted: (tender, amount) => `${tender} ${amount} is noted.`,
  notAgain:
    "Do not take it again: the store box is being asked, and the sale goes on by itself as soon " +
    "as it answers.",
  paidSoFar: "Paid so far",
  takeBack: (tender) => `Take back ${tender}`,
  exact: (amount) => `Exact ${amount}`,
  cashGiven: "Cash given",
  takeCash: "Take cash",
  take: (amountOrTender) => `Take ${amountOrTender}`,
  much: (amount) => `${amount} is more than ten times what is due.`,
  amount: (tender) => `${tender} amount`,
  reference: (tender) => `${tender} reference`,
  referenceHint: "What the terminal's slip says",
};

/** A sale on its way to the store server (outbox.js, receipt_view.js). */
export const SENDING = {
  finishing: "Finishing the sale",
  givingUp: "Giving the sale up",
  sent: "Sent …",
  askedToRefuse: "Asking the store box to refuse it …",
  couldNot: "The store box could not do it. It is asked again by itself.",
  awayGivingUp: "The store box does not answer. It is asked again until it does.",
  away:
    "The store box does not answer. The sale is safe here and is sent again by itself; it will " +
    "not be sold twice.",
  tryAgain: "Try again",
  giveUp: "Give this sale up",
  whenToGiveUp:
    "Give it up only if it is not to be sold: the basket comes back, and this sale can then never " +
    "be finished.",
  givenUp: "The sale was given up: nothing was sold. The basket is back.",
  cannotKeep: {
    title: "This browser could not keep the receipt",
    detail: "The browser could not write to its storage; what the store box answers is not lost.",
    remedy: "Free some space on this device: the page goes on by itself.",
  },
};

export const RECEIPT = {
  title: "Sold",
  receipt: (number) => ["Receipt ", number],
  due: "To pay",
  change: "Change",
  points: "Points to spend here",
  newSale: "New sale",
  print: "Print",
};

/** The count, and what came of it. */
export const SETTLE = {
  title: "Settle the till",
  count: (tillId, date) =>
    `Till ${tillId}, business day ${date}. Count all the cash in the drawer, the float too. ` +
    "What should be there is shown after you commit.",
  counted: "Cash counted",
  commit: "Commit count",
  back: "Back to selling",
};
export const SETTLED = {
  title: "Till settled",
  counted: "Counted",
  expected: "Expected",
  none: "Difference",
  short: "Short",
  over: "Over",
  done: "Done",
};
