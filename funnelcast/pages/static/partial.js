// Follows links and forms marked with data-partial without a full reload: only the content is replaced. Without this
// script they are ordinary links and forms.

const CONTENT = "content";

// `live`: nobody asked for it, so it is given up when the answer comes and `isBusy()`, and the focus stays where it is.
export async function load(address, { push = false, focus = null, live = false, isBusy = null } = {}) {
  const headers = { Accept: "text/html", ...(live && { "Funnelcast-Live": "1" }) };
  const answer = await fetch(address, { headers, credentials: "same-origin" });
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(CONTENT);
  if (!found || !answer.ok) {
    location.assign(address);
    return null;
  }
  if (isBusy?.()) return null;
  if (live) focus = document.activeElement?.id;
  document.getElementById(CONTENT).replaceWith(found);
  if (push) {
    history.pushState(null, "", address);
    document.title = document.querySelector("h1")?.textContent + " · Funnelcast";
  }
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("content"));
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

window.addEventListener("popstate", () => load(location.href));
