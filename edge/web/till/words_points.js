/** What the page says about paying by points. As words.js, and with it the whole catalogue. */

export const POINTS = {
  nameCustomer: "Name the customer first, then points can pay.",
  here: (here) => `${here} points can be spent here now.`,
  inAll: (inAll, here) => `${inAll} points, ${here} can be spent here now.`,
  lent: (lent) => `The shop lends up to ${lent} more.`,
  tooFew: "Too few to pay with.",
  ask: (more) => `Ask head office for ${more} more`,
  asking: "Asking head office …",
  none: "Head office has none to give now: the others can be spent where this customer shops.",
  away: "Head office is away and cannot be asked for more. Keep selling: the rest is paid otherwise.",
  tryAgain: "Try again",
  given: (more) => `Head office gave ${more} more.`,
};
