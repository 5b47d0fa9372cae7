// The keyboard in the tree: arrows move between rows and open or close them; Home and End go to the first and last.

import { load } from "./partial.js";

const rows = () => [...document.querySelectorAll('[role="treegrid"] tbody tr')];

function prepare(active) {
  const all = rows();
  const chosen = all.find((row) => row.id === active) ?? all[0];
  for (const row of all) row.tabIndex = row === chosen ? 0 : -1;
  return chosen;
}

function parentOf(row) {
  const level = Number(row.getAttribute("aria-level"));
  let above = row.previousElementSibling;
  while (above && Number(above.getAttribute("aria-level")) >= level) above = above.previousElementSibling;
  return above;
}

function target(row, key) {
  const all = rows();
  const isOpen = row.getAttribute("aria-expanded") === "true";
  switch (key) {
    case "ArrowDown": return row.nextElementSibling;
    case "ArrowUp": return row.previousElementSibling;
    case "Home": return all[0];
    case "End": return all[all.length - 1];
    case "ArrowRight": return isOpen ? row.nextElementSibling : toggle(row);
    case "ArrowLeft": return isOpen && row.querySelector("a.toggle") ? toggle(row) : parentOf(row);
    case "Enter": return row.querySelector("th a:not(.toggle)")?.click();
    default: return undefined;
  }
}

function toggle(row) {
  const link = row.querySelector("a.toggle");
  if (link) load(link.href, { push: true, focus: row.id });
  return null;
}

document.addEventListener("keydown", (event) => {
  const row = event.target.closest('[role="treegrid"] tbody tr');
  if (!row || event.target !== row || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = target(row, event.key);
  if (next === undefined) return;
  event.preventDefault();
  if (next) prepare(next.id).focus();
});

document.addEventListener("content", (event) => prepare(event.detail));
prepare();
