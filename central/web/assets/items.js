// Items are searched as words are typed; without scripts the form is sent by its button. What could
// not be asked is said beside what is listed.

const away = document.getElementById("away");

document.addEventListener("htmx:after:swap", () => { away.hidden = true; });
document.addEventListener("htmx:error", () => { away.hidden = false; });
document.addEventListener("htmx:response:error", () => { away.hidden = false; });
