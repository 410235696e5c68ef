// Puts fragments from the server into the page: each in place of the element with its id. What has
// not changed is left alone; what changed is tinted; rows never move under a pointer or focus.
//
// A fragment may be
//   - an element whose id is on the page: it takes its place;
//   - a list (data-live-list): its children are matched by id, added, removed and ordered;
//   - a row (data-live-into="list", data-order): it says itself where it belongs;
//   - a row that is gone (data-live-gone).
//
// Messages wait for the next frame and are put in together, so that a burst costs one layout.
// Next: places.js for where rows go, hands.js for what may not move, live.js for the messages.

import { announce } from "./announce.js";
import { isTouched, newLook } from "./hands.js";
import { latest, Places } from "./places.js";

const TINT_MS = 2000;
const RETRY_MS = 1000;
const FRAME_MS_MAX = 500;
// Many rows at once are not tinted one by one: that would say nothing.
const FLOOD = 12;

let messages = [];
let frame = null;
let timer = null;

const tinted = new Map();
const postponed = new Map();
let retry = null;

// What the server said last about elements without a digest, so that what the reader did meanwhile
// (an opened detail, a moved clock) is not taken for a change.
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

// Notes what the page says before anything moves on it. Rows carry a digest of their own.
export function rememberPage() {
  for (const part of document.querySelectorAll("[data-live-part]:not([data-live-list])")) {
    lastSaid.set(part.id, essence(part));
  }
}

// Whether this says the same as what the page shows; notes what it says if not.
function isKnown(old, fresh) {
  if (fresh.dataset.digest) return fresh.dataset.digest === old.dataset.digest;
  const news = essence(fresh);
  if (lastSaid.get(old.id) === news) return true;
  lastSaid.set(old.id, news);
  return false;
}

// One frame's work: what is in it is looked at once, and tinted and announced at its end.
class Pass {
  places = new Map();
  changed = [];

  placesIn(list) {
    let places = this.places.get(list);
    if (!places) {
      places = new Places(list);
      this.places.set(list, places);
    }
    return places;
  }

  note(element, said) {
    this.changed.push(element);
    if (said) announce(said);
  }

  end() {
    if (this.changed.length <= FLOOD) tint(this.changed);
  }
}

function tint(elements) {
  for (const element of elements) {
    element.classList.add("is-changed");
    tinted.set(element, Date.now() + TINT_MS);
  }
  if (elements.length > 0) setTimeout(untint, TINT_MS);
}

// Of those that changed again meanwhile the tint stays.
function untint() {
  for (const [element, until] of tinted) {
    if (until > Date.now()) continue;
    element.classList.remove("is-changed");
    tinted.delete(element);
  }
}

// Replaces what is inside and keeps the element itself, so that focus and place stay. An open
// dialog is a sentence half said: what lies under it waits until it is closed.
function renew(old, fresh, pass) {
  if (old.querySelector("dialog[open]")) {
    postpone(`under ${old.id}`, (later) => renew(old, fresh, later));
    return;
  }
  if (isKnown(old, fresh)) return;
  const said = fresh.dataset.said;
  const isNews = said && said !== old.dataset.said;
  const focus = old.contains(document.activeElement) ? focusIndex(old) : null;
  const chosen = old.classList.contains("is-at");
  takeOver(old, fresh);
  if (chosen) old.classList.add("is-at");
  if (focus !== null) old.querySelectorAll("a, button, input, select")[focus]?.focus();
  if (said || fresh.dataset.liveInto) pass.note(old, isNews ? said : "");
}

function takeOver(old, fresh) {
  const opened = [...old.querySelectorAll("details")].map((details) => details.open);
  [...fresh.querySelectorAll("details")].forEach((details, at) => {
    details.open ||= opened[at] === true;
  });
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const isRow = fresh.dataset.digest && old.childElementCount === fresh.childElementCount;
  if (isRow) takeCells(old, fresh);
  else old.replaceChildren(...fresh.childNodes);
}

// Of a row only the cells that say something else: most changes concern one of eight, and icons are
// dear to make.
function takeCells(old, fresh) {
  const cells = [...fresh.children];
  [...old.children].forEach((cell, at) => {
    if (!cell.isEqualNode(cells[at])) cell.replaceWith(cells[at]);
  });
}

function focusIndex(element) {
  const all = [...element.querySelectorAll("a, button, input, select")];
  return all.indexOf(document.activeElement);
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
  newLook();
  const pass = new Pass();
  for (const work of works) work(pass);
  pass.end();
}

function applyRow(fresh, pass) {
  const old = document.getElementById(fresh.id);
  const list = document.getElementById(fresh.dataset.liveInto);
  if (!list) return;
  if (old) renew(old, fresh, pass);
  moveRow(old ?? fresh, list, !old, pass);
}

function moveRow(row, list, isNew, pass) {
  // What was known when it had to wait may have come, or gone, in between.
  if (isNew ? document.getElementById(row.id) : !row.isConnected) return;
  const places = pass.placesIn(list);
  if (!isNew && places.isRight(row)) return;
  if (isTouched(list)) {
    postpone(row.id, (later) => moveRow(row, list, isNew, later));
    return;
  }
  places.put(row);
  if (isNew) pass.note(row, row.dataset.said);
}

function removeRow(id, pass) {
  postponed.delete(id);
  const row = document.getElementById(id);
  if (!row) return;
  const list = row.parentNode;
  if (isTouched(list)) {
    row.classList.add("is-leaving");
    postpone(id, (later) => removeRow(id, later));
    return;
  }
  pass.placesIn(list).take(row);
  lastSaid.delete(id);
}

// A whole list: renews what is there, and when nobody points at it adds, removes and orders.
function applyList(old, fresh, pass) {
  const touched = isTouched(old);
  const wanted = [...fresh.children];
  const ids = new Set(wanted.map((row) => row.id));
  const placed = wanted.map((row) => {
    const present = document.getElementById(row.id);
    if (!present || present.parentNode !== old) return row;
    renew(present, touched ? row.cloneNode(true) : row, pass);
    return present;
  });
  if (touched) {
    postpone(old.id, (later) => applyList(old, fresh, later));
    return;
  }
  for (const row of [...old.children]) if (!ids.has(row.id)) row.remove();
  let before = old.firstElementChild;
  for (const row of placed) {
    if (row === before) before = before.nextElementSibling;
    else {
      if (row.parentNode !== old) pass.note(row, "");
      old.insertBefore(row, before);
    }
  }
  pass.places.delete(old);
}

function applyOne(fresh, pass) {
  if ("liveGone" in fresh.dataset) removeRow(fresh.id, pass);
  else if (fresh.dataset.liveInto) applyRow(fresh, pass);
  else {
    const old = document.getElementById(fresh.id);
    if (!old) return;
    if ("liveList" in fresh.dataset) applyList(old, fresh, pass);
    else renew(old, fresh, pass);
  }
}

// Rows of a table come in templates, because a browser reads them nowhere else but in a table.
function unwrapped(content) {
  const inside = (part) => (part.localName === "template" ? [...part.content.children] : [part]);
  return [...content.children].flatMap(inside);
}

// Puts in all that has come since the last frame: of each element only the latest.
function applyMessages() {
  cancelAnimationFrame(frame);
  clearTimeout(timer);
  const template = document.createElement("template");
  template.innerHTML = messages.join("");
  messages = [];
  frame = timer = null;
  newLook();
  const pass = new Pass();
  for (const fragment of latest(unwrapped(template.content))) applyOne(fragment, pass);
  pass.end();
}

// Takes one message: any number of fragments. They are on the page with its next frame; a page in
// the background has no frames, so there it takes half a second.
export function applyFragments(markup) {
  messages.push(markup);
  if (messages.length > 1) return;
  frame = requestAnimationFrame(applyMessages);
  timer = setTimeout(applyMessages, FRAME_MS_MAX);
}

// Applies all live parts of a whole page, after the connection was lost.
export function applyPage(markup) {
  const fresh = new DOMParser().parseFromString(markup, "text/html");
  newLook();
  const pass = new Pass();
  for (const part of fresh.querySelectorAll("[data-live-part]")) {
    if (part.id) applyOne(document.importNode(part, true), pass);
  }
  pass.end();
  return fresh;
}
