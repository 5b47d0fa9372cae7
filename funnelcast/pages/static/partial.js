// Follows links and forms marked with data-partial without a full reload: only the content is replaced. Without this
// script they are ordinary links and forms.

const CONTENT = "content";

const pageOf = ({ pathname, search }) => pathname + search;
let asked = 0;
let shown = pageOf(location);

// The last content that was asked for is shown. `live`: nobody asked for it, so it is given up when somebody has meanwhile
// asked for another and when `isBusy()`, and the focus stays where it is.
export async function load(address, { push = false, focus = null, live = false, isBusy = null } = {}) {
  const number = live ? asked : ++asked;
  const headers = { Accept: "text/html", ...(live && { "Funnelcast-Live": "1" }) };
  const answer = await fetch(address, { headers, credentials: "same-origin" }).catch(() => null);
  const text = await answer?.text().catch(() => null);
  if (number !== asked || isBusy?.() || (live && !text)) return null;
  const page = new DOMParser().parseFromString(text ?? "", "text/html");
  const found = page.getElementById(CONTENT);
  if (!found || !answer.ok) {
    location.assign(address);
    return null;
  }
  if (live) focus = document.activeElement?.id;
  document.getElementById(CONTENT).replaceWith(found);
  if (push) history.pushState(null, "", address);
  shown = pageOf(location);
  document.title = page.title;
  document.dispatchEvent(new CustomEvent("content", { detail: focus }));
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  return found;
}

function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-partial]");
  if (link && isPlain(event)) {
    event.preventDefault();
    load(link.href, { push: true, focus: link.id || CONTENT });
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-partial]");
  if (form) {
    event.preventDefault();
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    load(`${form.getAttribute("action")}?${query}`, { push: true, focus: CONTENT });
  }
});

// Also for a link within the page, which changes nothing.
window.addEventListener("popstate", () => pageOf(location) !== shown && load(location.href));
