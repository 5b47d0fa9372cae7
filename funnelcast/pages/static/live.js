// Numbers as they change: the server says when something was applied, the content is loaded again, and what moved is
// marked and said.

import { load } from "./partial.js";

const PAUSE = 250;
const SHOWN = 3;
const NOTICED = 15000;
let isLoading = false;
let isWaiting = false;

const numbers = () => new Map([...document.querySelectorAll("#content data[id]")].map((each) => [each.id, each]));

function isBusy() {
  const focused = document.activeElement;
  return Boolean(focused?.closest("form")) || document.querySelector("form details[open], details[open] form") !== null;
}

function sentence(before, after) {
  const rose = Number(after.value) > Number(before.value) ? "rose" : "fell";
  return `${after.dataset.label} ${rose} from ${before.textContent} to ${after.textContent}`;
}

function report(before) {
  const moved = [...numbers()].filter(([id, each]) => before.has(id) && before.get(id).value !== each.value);
  for (const [, each] of moved) {
    each.classList.add("moved");
    setTimeout(() => each.classList.remove("moved"), 6000);
  }
  const named = moved.filter(([, each]) => each.dataset.label);
  const said = document.getElementById("moves");
  if (!named.length || !said) return;
  const more = named.length > SHOWN ? ` and ${named.length - SHOWN} more.` : ".";
  said.textContent = named.slice(0, SHOWN).map(([id, each]) => sentence(before.get(id), each)).join("; ") + more;
  said.hidden = false;
}

// Without the notice of what was just done, once there was time to read it.
function currentAddress() {
  const address = new URL(location.href);
  if (performance.now() > NOTICED) address.searchParams.delete("done");
  return address;
}

async function refresh() {
  if (!document.getElementById("moves")) return; // a page about the past, or of a form that was refused
  if (isLoading || isBusy()) {
    isWaiting = true;
    return;
  }
  isLoading = true;
  isWaiting = false;
  const before = numbers();
  try {
    if (await load(currentAddress(), { live: true, isBusy })) report(before);
    else isWaiting = true;
  } finally {
    setTimeout(() => {
      isLoading = false;
      if (isWaiting) refresh();
    }, PAUSE);
  }
}

const stream = new EventSource("/pages/live");
stream.addEventListener("applied", refresh);
document.addEventListener("focusout", () => isWaiting && refresh());
document.addEventListener("toggle", () => isWaiting && refresh(), true);
