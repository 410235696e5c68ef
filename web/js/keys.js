// Keyboard shortcuts. Single keys work only when nothing is being typed, and can be turned off on
// the help page (WCAG 2.1.4). Each does what a link on the page does as well.

const OFF = "almoner-keys-off";

export function keysAreOff() {
  return localStorage.getItem(OFF) === "yes";
}

const rows = () => [...document.querySelectorAll("[data-keys-list] > [data-href]")];
const chosen = () => document.querySelector("[data-keys-list] > .is-at");

function choose(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(chosen());
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  for (const row of all) row.classList.toggle("is-at", row === next);
  next.querySelector("a")?.focus();
  next.scrollIntoView({ block: "nearest" });
}

function follow(suffix = "") {
  const row = chosen() ?? document.activeElement?.closest?.("[data-href]");
  if (row) location.assign(row.dataset.href + suffix);
}

function press(selector) {
  document.querySelector(selector)?.click();
}

const ACTS = {
  j: () => choose(1),
  k: () => choose(-1),
  a: () => follow("#assign"),
  h: () => follow("#hold"),
  g: () => press(".al-boardhead .al-seg a:not([aria-current])"),
  n: () => press('a[href="/ask"]'),
  "?": () => press("[data-help]"),
  "/": () => document.getElementById("find")?.focus(),
};

function isTyping(element) {
  return element?.closest?.("input, textarea, select, dialog, [contenteditable]");
}

function pressed(event) {
  if (event.key === "Escape") {
    document.querySelector("details.al-menu[open]")?.removeAttribute("open");
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (keysAreOff()) return;
  const act = ACTS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
}

export function startKeys() {
  document.addEventListener("keydown", pressed);
  const label = document.querySelector("[data-keys-switch]");
  const box = label?.querySelector("input");
  if (!box) return;
  label.hidden = false;
  box.checked = !keysAreOff();
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "no" : "yes"));
}
