// A link's token stands in the address's fragment, which never reaches a server or its log. It is
// put into a form and sent when the person presses the button; the address is cleaned at once.

function readLink() {
  const token = new URLSearchParams(location.hash.slice(1)).get("link");
  if (!token) return;
  const part = document.getElementById("by-link");
  part.querySelector("input[name=link]").value = token;
  const button = document.getElementById("sign-in-by-link");
  button.textContent = `Sign in as ${addressOf(token)}`;
  part.hidden = false;
  button.focus();
  history.replaceState(null, "", location.pathname);
}

// RANDOM.EMAIL, the address percent-encoded once more where it needs it.
function addressOf(token) {
  const written = token.slice(token.indexOf(".") + 1);
  try {
    return decodeURIComponent(written);
  } catch (error) {
    if (error instanceof URIError) return written;
    throw error;
  }
}

addEventListener("hashchange", readLink);
readLink();
