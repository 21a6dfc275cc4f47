/** How a till and a display in a window beside it speak: on this channel of their browser alone. */

export const CHANNEL = "holdfast-display";

/**
 * What the till says.
 * @typedef {{shown: import("./shown.js").Shown}} FromTill
 */
/**
 * What the display says: that it is there and is told, that it goes, what the customer answered.
 * @typedef {{asks?: true, goes?: true, said?: import("./tip_answers.js").Said}} FromDisplay
 */
