// The board asks for its figures again while somebody looks at it, and says when nobody answers.
// Without scripts the page is whole: it is loaded anew by hand.

const away = document.getElementById("away");
const board = () => document.getElementById("board");
const every_s = Number.parseInt(board()?.dataset.refreshS ?? "5", 10);

function refresh() {
  if (!document.hidden) board()?.dispatchEvent(new Event("refresh"));
}

document.addEventListener("htmx:after:swap", () => { away.hidden = true; });
document.addEventListener("htmx:error", () => { away.hidden = false; });
document.addEventListener("htmx:response:error", () => { away.hidden = false; });
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, every_s * 1000);
