// A part that is live asks for itself again while somebody looks at it, and says when nobody answers;
// without scripts the page is whole, and is loaded anew by hand. Nothing moves under hands that write.
// `/` goes to the search; a pairing link's name and code, which stand in the address's fragment and
// never reach a log, are put into their form.

const away = document.getElementById("away");
const live = () => document.querySelector("[data-refresh-s]");
const every_s = Number.parseInt(live()?.dataset.refreshS ?? "5", 10);
const WRITING = "input, select, textarea, button";

function isWritten(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches(WRITING)) return true;
  return [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);
}

function refresh() {
  const part = live();
  if (part && !document.hidden && !isWritten(part)) part.dispatchEvent(new Event("refresh"));
}

function isAway(is) {
  if (away) away.hidden = !is;
}

document.addEventListener("htmx:after:swap", () => isAway(false));
document.addEventListener("htmx:error", () => isAway(true));
document.addEventListener("htmx:response:error", () => isAway(true));
document.addEventListener("visibilitychange", refresh);
if (live()) setInterval(refresh, every_s * 1000);

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, textarea")) return;
  const field = document.querySelector("[data-search]");
  if (field === null) return;
  event.preventDefault();
  field.focus();
  field.select();
});

function readLink() {
  const form = document.getElementById("pair");
  const pair = new URLSearchParams(location.hash.slice(1)).get("pair");
  if (form === null || pair === null) return;
  const at = pair.indexOf(":");
  form.elements.workstation_id.value = pair.slice(0, at);
  form.elements.code.value = pair.slice(at + 1);
  form.querySelector(".by-link").hidden = false;
  form.querySelector("button").focus();
  history.replaceState(null, "", location.pathname);
}

addEventListener("hashchange", readLink);
readLink();
