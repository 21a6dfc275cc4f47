/** What the page says about people: who is signed in, PINs, what somebody else must allow. As
 *  words.js, and with it the whole catalogue. */

export const SIGN_IN = {
  who: "Who is at the till?",
  nobody: "Head office has made no operator known to this store yet.",
  narrow: "Name",
  noneFound: "Nobody here has such a name.",
  noPin: "no PIN yet: head office gives one",
  pin: (name) => `PIN of ${name}`,
  pinLabel: "PIN",
  enter: "Sign in",
  unlock: "Go on",
  locked: (name) => `Locked. ${name}, type your PIN to go on.`,
  basketStays: "The basket stays as it is.",
  another: "Somebody else",
  back: "Back",
  rubOut: "Rub out the last digit",
  checking: "One moment …",
  notAPin: {
    title: "That is no PIN",
    detail: "A PIN has 4 to 8 digits.",
    remedy: "Type it again.",
  },
};

export const OWN_PIN = {
  title: "Choose your own PIN",
  why: "The PIN that you came in with was a starting one, which somebody gave you. From now on only you know yours.",
  rule: "4 to 8 digits; not all alike, and no run such as 1234.",
  now: "PIN so far",
  first: "Your own PIN",
  again: "The same again",
  keep: "Keep this PIN",
  back: "Back",
  kept: "Your PIN is changed. It holds in every shop as soon as head office has it.",
  notTheSame: {
    title: "The two are not the same",
    detail: "What was typed the second time is another PIN.",
    remedy: "Type both again.",
  },
};

/** After wrong PINs (locked_out_view.js). */
export const LOCKED_OUT = {
  title: (name) => `${name} has to wait`,
  why: "Too many wrong PINs were typed, so for a while none is looked at. The shop goes on: somebody else can sign in, or one of these lets in again:",
  wait: (time) => `The time that is left: ${time}.`,
  over: "The time is over: try again.",
  tryAgain: "Try again",
  manager: "A manager signs in at another till: Menu, Let somebody in.",
  telephone: "Call head office",
  read: "Read this number to head office:",
  answer: "What head office says",
  answerHint: "Eight digits",
  letIn: "Let me in",
  triesLeft: (left) => (left === 1 ? "One try is left." : `${left} tries are left.`),
  another: "Somebody else",
  isIn: (name) => `${name} may try again now.`,
};

/** A manager lets in who was locked out (let_in_view.js). */
export const LET_IN = {
  title: "Let somebody in",
  what: "Whoever typed too many wrong PINs may try again at once.",
  who: "Who",
  reason: "Reason",
  reasonHint: "Such as: forgot the PIN",
  letIn: "Let in",
  close: "Close",
};

/** What somebody else must allow (override_view.js). */
export const OVERRIDE = {
  title: "Somebody else has to allow this",
  may: (name, act) => `${name} may not do this alone: ${act}.`,
  who: "Who allows it?",
  nobody: "Nobody else with a PIN is known here.",
  pin: (name) => `PIN of ${name}`,
  reason: "Reason",
  reasonHint: "Head office sees it",
  allow: "Allow it",
  another: "Another person",
  close: "Do not do it",
  acts: {
    open_day: "open the business day",
    close_day: "close the business day",
    reopen_day: "open this day",
    open_till: "open the till",
    settle_till: "settle the till",
    edit_customers: "change a customer",
  },
};

/** The shop's tills (tills_view.js). */
export const TILLS = {
  title: "Tills",
  another: "Another till",
  anotherHint: "Its own name, such as W2",
  code: "Make a pairing code",
  scan: (name) => `On the device that becomes ${name}, scan this picture:`,
  onlyHere: (name) =>
    `The code for ${name}. Other devices are answered as soon as the store box has its certificate.`,
  picture: "QR code with the pairing link",
  typed: "Or type the code there; it is good once, for 15 minutes:",
  first: (address) => `A device that was never a till here opens this first: ${address ?? "ask a technician"}`,
  fingerprint: (authority) => `It must show this fingerprint of ${authority}:`,
  thisOne: "this one",
  heard: (time) => `last heard at ${time}`,
  notHeard: "not heard since the store box was started",
  end: (name) => `End ${name}`,
  sure: (name) => `Yes, ${name} is no till any more`,
  close: "Close",
};

/** The state of the store box (doctor_view.js); what is found comes in the store box's own words. */
export const DOCTOR = {
  title: "The store box",
  looking: "Looking at everything …",
  all: {
    fine: "Everything is fine.",
    unknown: "Something could not be looked at.",
    attention: "Something needs a person; selling goes on.",
    stop: "Something is in the way, or in danger.",
  },
  states: { fine: "fine", unknown: "not known", attention: "needs a person", stop: "stop" },
  again: "Look again",
  close: "Close",
};

export const PEOPLE_MENU = {
  lock: "Lock",
  ownPin: "Change my PIN",
  letIn: "Let somebody in",
  tills: "Tills …",
  doctor: "The store box …",
  signOut: "Sign out",
};

/** By their slug, as in words.js. */
export const PEOPLE_REMEDIES = {
  "sign-in-refused": "Type it again. After some wrong ones there is a wait.",
  "sign-in-needed": "Sign in with your PIN.",
  "session-locked": "Type your PIN to go on.",
  "operator-not-signed-in": "Whoever began it signs in again; then it goes on by itself.",
  "own-pin-needed": "Choose a PIN of your own first.",
  "permission-needed": "Ask somebody who may do it.",
  "override-needed": "Ask somebody who may do it.",
  "override-refused": "Ask again: it is good once, for a minute, for this alone.",
  "unlock-refused": "Read the number out again, or wait for a new one.",
  "no-unlock-key": "Wait until the time is over, or ask a manager at another till.",
};
