// Scans may come faster than a busy box answers. A form with a field for them (`data-scan`) sends one
// after the other, each from the page that the one before it brought: so none is glued to the next or
// lost with a page that is just being replaced. What else is typed meanwhile stays as it is. Where a
// scan is refused, the rest waits for whoever reads why; without scripts the form is an ordinary one.

const AGAIN_MS = 1500;
const waiting = [];
let working = false;

const scanForm = () => document.querySelector("main [data-scan]")?.form ?? null;
const ofScan = (form) => [...form.querySelectorAll("[data-scan], [data-with-scan]")];
const shown = (form) => [...form.elements].filter(({ name, type }) => name && type !== "hidden" && type !== "submit");
const typed = (form) => new Map(shown(form).map(({ name, value }) => [name, value]));
const addButton = (form) => form.querySelector("button[type=submit]");

function tell(isAway = false) {
  const said = document.getElementById("scans-wait");
  const away = document.getElementById("away");
  if (away) away.hidden = !isAway;
  if (said === null) return;
  said.hidden = waiting.length === 0;
  said.textContent = `${said.dataset.said} ${waiting.length}`;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const field = form.querySelector("[data-scan]");
  if (field === null) return;
  const isScan = field.value.trim() !== "" && event.submitter === addButton(form);
  if (!isScan && waiting.length === 0) return;
  event.preventDefault();
  if (isScan) {
    waiting.push(ofScan(form).map(({ name, value }) => [name, value]));
    for (const each of ofScan(form)) each.value = "";
    field.focus();
  }
  tell();
  void work();
});

addEventListener("beforeunload", (event) => {
  if (waiting.length > 0) event.preventDefault();
});

async function work() {
  if (working) return;
  working = true;
  try {
    while (waiting.length > 0 && scanForm() !== null) {
      if (!(await send(scanForm(), waiting[0]))) break;
    }
  } finally {
    working = false;
  }
}

/** Whether the next one may follow. */
async function send(form, scan) {
  const before = typed(form);
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of scan) body.set(name, value);
  const button = addButton(form);
  const to = button.getAttribute("formaction") ?? form.getAttribute("action");
  try {
    const answer = await fetch(to, { method: "POST", body });
    show(new DOMParser().parseFromString(await answer.text(), "text/html"), form, before, answer.ok);
    waiting.shift();
    if (answer.redirected) history.replaceState(null, "", answer.url);
    tell();
    return answer.ok;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the box is away: the same form is sent again
    tell(true);
    setTimeout(() => void work(), AGAIN_MS);
    return false;
  }
}

function show(page, form, before, isTaken) {
  const after = typed(form);
  const held = form.contains(document.activeElement) ? document.activeElement.name : null;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  globalThis.htmx?.process(document.querySelector("main"));
  const fresh = scanForm();
  if (fresh === null) return;
  for (const field of shown(fresh)) {
    const value = after.get(field.name);
    const isChanged = value !== undefined && value !== before.get(field.name);
    if (isChanged || (isTaken && field.matches("[data-scan]"))) field.value = value ?? "";
  }
  const field = fresh.elements.namedItem(held ?? "") ?? fresh.querySelector("[data-scan]");
  field.focus();
  if (!isTaken && field.matches("[data-scan]")) field.select();
}
