// A page that is live asks for itself again while somebody looks at it, and says when nobody answers.
// Without scripts the page is whole: it is loaded anew by hand. Nothing moves under hands that write.

const away = document.getElementById("away");
const live = () => document.querySelector("[data-refresh-s]");
const every_s = Number.parseInt(live()?.dataset.refreshS ?? "5", 10);

function isWritten(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, button")) return true;
  return [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);
}

function refresh() {
  const part = live();
  if (part && !document.hidden && !isWritten(part)) part.dispatchEvent(new Event("refresh"));
}

document.addEventListener("htmx:after:swap", () => { if (away) away.hidden = true; });
document.addEventListener("htmx:error", () => { if (away) away.hidden = false; });
document.addEventListener("htmx:response:error", () => { if (away) away.hidden = false; });
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, every_s * 1000);
