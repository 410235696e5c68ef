// Puts fragments from the server into the page: each in place of the element with its id. What has
// not changed is left alone; what changed is tinted; rows never move under a pointer or focus.
//
// A fragment may be
//   - an element whose id is on the page: it takes its place;
//   - a list (data-live-list): its children are matched by id, added, removed and ordered;
//   - a row (data-live-into="list", data-order): it says itself where it belongs;
//   - a row that is gone (data-live-gone).

import { announce } from "./announce.js";

const TINT_MS = 2000;
const RETRY_MS = 1000;

const postponed = new Map();
let retry = null;

// What the server said last about each element, so that what the reader did meanwhile (an opened
// detail, a moved clock) is not taken for a change.
const lastSaid = new Map();

// What an element says apart from running clocks, which change without anything happening.
function essence(element) {
  const copy = element.cloneNode(true);
  copy.classList.remove("is-changed", "is-at", "is-leaving");
  if (copy.getAttribute("class") === "") copy.removeAttribute("class");
  for (const clock of copy.querySelectorAll("[data-since], [data-until], [data-late-since]")) {
    clock.textContent = "";
  }
  for (const ring of copy.querySelectorAll("[data-ring-until]")) {
    ring.removeAttribute("aria-label");
    ring.textContent = "";
  }
  return copy.outerHTML;
}

// Notes what the page says before anything moves on it.
export function rememberPage() {
  for (const element of document.querySelectorAll("[data-live-part], [data-live-into]")) {
    lastSaid.set(element.id, essence(element));
  }
}

// A hand that rests is no hand at work: on a control room's screen the pointer may lie on the list
// for hours, and the board must not stand still for it.
const STILL_MS = 3000;
let movedAt = 0;
for (const kind of ["pointermove", "pointerdown", "wheel", "keydown"]) {
  const moved = (event) => {
    // When the page moves under a resting pointer the browser tells of a move by nothing.
    const rests = kind === "pointermove" && event.movementX === 0 && event.movementY === 0;
    if (!rests) movedAt = Date.now();
  };
  globalThis.addEventListener?.(kind, moved, { passive: true });
}

function isTouched(element) {
  if (Date.now() - movedAt > STILL_MS) return false;
  return element.matches(":hover") || element.contains(document.activeElement);
}

// Many rows at once are not tinted one by one: each tint makes the browser lay the page out anew.
const FLOOD = 12;
let isFlood = false;

function tint(element) {
  if (isFlood) return;
  element.classList.remove("is-changed");
  void element.offsetWidth;
  element.classList.add("is-changed");
  setTimeout(() => element.classList.remove("is-changed"), TINT_MS);
}

// Replaces what is inside and keeps the element itself, so that focus and place stay. An open
// dialog is a sentence half said: what lies under it waits until it is closed.
function renew(old, fresh) {
  const news = essence(fresh);
  if (lastSaid.get(old.id) === news) return;
  if (old.querySelector("dialog[open]")) {
    postpone(`under ${old.id}`, () => renew(old, fresh));
    return;
  }
  lastSaid.set(old.id, news);
  const said = fresh.dataset.said;
  if (said && said !== old.dataset.said) announce(said);
  const focus = old.contains(document.activeElement) ? focusPath(old) : null;
  const chosen = old.classList.contains("is-at");
  takeOver(old, fresh);
  if (chosen) old.classList.add("is-at");
  if (focus) old.querySelectorAll("a, button, input, select")[focus.index]?.focus();
  if (said) tint(old);
}

function takeOver(old, fresh) {
  const opened = [...old.querySelectorAll("details")].map((details) => details.open);
  [...fresh.querySelectorAll("details")].forEach((details, at) => {
    details.open ||= opened[at] === true;
  });
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  old.replaceChildren(...fresh.childNodes);
}

function focusPath(element) {
  const all = [...element.querySelectorAll("a, button, input, select")];
  return { index: all.indexOf(document.activeElement) };
}

function order(row) {
  const value = row.dataset.order;
  return value === undefined ? null : BigInt(value);
}

// The rows stand in order, so halving finds the place among a thousand in ten steps.
function firstAfter(rows, own) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(rows[middle]) > own) high = middle;
    else low = middle + 1;
  }
  return rows[low];
}

function placeRow(list, row) {
  const own = order(row);
  const after = firstAfter([...list.children].filter((other) => other !== row), own);
  if (row.parentNode !== list || row.nextElementSibling !== (after ?? null)) {
    list.insertBefore(row, after ?? null);
  }
}

// Keeps what would move rows until nobody points at the list any more.
function postpone(key, work) {
  postponed.set(key, work);
  retry ??= setTimeout(catchUp, RETRY_MS);
}

function catchUp() {
  retry = null;
  const works = [...postponed.values()];
  postponed.clear();
  isFlood = works.length > FLOOD;
  for (const work of works) work();
  isFlood = false;
}

function applyRow(fresh) {
  const old = document.getElementById(fresh.id);
  const list = document.getElementById(fresh.dataset.liveInto);
  if (!list) return;
  if (old) renew(old, fresh);
  const row = old ?? fresh;
  const mustMove = !old || order(old) !== null;
  if (!mustMove) return;
  if (isTouched(list)) postpone(fresh.id, () => moveRow(row, list, !old));
  else moveRow(row, list, !old);
}

function moveRow(row, list, isNew) {
  if (isTouched(list)) {
    postpone(row.id, () => moveRow(row, list, isNew));
    return;
  }
  if (!isNew && !row.isConnected) return;
  placeRow(list, row);
  if (!isNew) return;
  lastSaid.set(row.id, essence(row));
  tint(row);
  if (row.dataset.said) announce(row.dataset.said);
}

function removeRow(id) {
  const row = document.getElementById(id);
  if (!row) return;
  row.classList.add("is-leaving");
  if (row.parentNode && isTouched(row.parentNode)) postpone(id, () => removeRow(id));
  else {
    row.remove();
    lastSaid.delete(id);
  }
}

function applyList(old, fresh) {
  for (const row of [...fresh.children]) {
    const present = document.getElementById(row.id);
    if (present && present.parentNode === old) renew(present, row.cloneNode(true));
  }
  if (isTouched(old)) {
    postpone(old.id, () => applyList(document.getElementById(fresh.id) ?? old, fresh));
    return;
  }
  const wanted = new Set([...fresh.children].map((row) => row.id));
  for (const row of [...old.children]) if (!wanted.has(row.id)) row.remove();
  let before = old.firstElementChild;
  for (const row of [...fresh.children]) {
    const present = document.getElementById(row.id);
    if (present && present === before) {
      before = before.nextElementSibling;
      continue;
    }
    const placed = present ?? row.cloneNode(true);
    old.insertBefore(placed, before);
    if (present) continue;
    lastSaid.set(placed.id, essence(placed));
    tint(placed);
  }
}

function applyOne(fresh) {
  if ("liveGone" in fresh.dataset) removeRow(fresh.id);
  else if (fresh.dataset.liveInto) applyRow(fresh);
  else {
    const old = document.getElementById(fresh.id);
    if (!old) return;
    if ("liveList" in fresh.dataset) applyList(old, fresh);
    else renew(old, fresh);
  }
}

// Applies one message: any number of fragments, one after the other.
export function applyFragments(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup;
  const fragments = [...template.content.children].filter(({ id }) => id);
  isFlood = fragments.length > FLOOD;
  fragments.forEach(applyOne);
  isFlood = false;
}

// Applies all live parts of a whole page, after the connection was lost.
export function applyPage(markup) {
  const fresh = new DOMParser().parseFromString(markup, "text/html");
  for (const part of fresh.querySelectorAll("[data-live-part]")) {
    if (part.id) applyOne(document.importNode(part, true));
  }
  return fresh;
}
