// What the handler's phone does beyond a desk page: the ring that empties, a short buzz for a new
// job, and a step that survives a dead spot.

import { waitSeconds } from "./backoff.js";
import { clockTime, leftMicros, speed, startClocks } from "./clocks.js";
import { startDialogs } from "./dialogs.js";
import { startForms } from "./forms.js";
import { startLive } from "./live.js";
import { drop, keep, kept, send } from "./outbox.js";
import { startSession } from "./session.js";

const RING_LENGTH = 326.7;
const BUZZ_MS = [200, 100, 200];

function emptyRing(ring) {
  const until = leftMicros(Number(ring.dataset.ringUntil)) / 1_000_000;
  const left = Math.max(0, Math.ceil(until));
  const share = 1 - left / (Number(ring.dataset.ringSeconds) / speed());
  ring.querySelector(".r1").setAttribute("stroke-dashoffset", String(RING_LENGTH * share));
  ring.querySelector("text").textContent = String(left);
  ring.setAttribute("aria-label", `${left} seconds left to answer`);
}

let rungFor = "";

// A job comes and goes while the page stays, so the ring is looked for anew each second. That an
// offer has run out is told by the server; until then the ring stands at nothing.
function watchRing() {
  const ring = document.querySelector("[data-ring-until]");
  if (!ring) return;
  if (ring.dataset.ringUntil !== rungFor) {
    rungFor = ring.dataset.ringUntil;
    // Browsers allow a buzz only after a touch on this page; asking before that logs an error.
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ_MS);
  }
  emptyRing(ring);
}

function startRing() {
  watchRing();
  setInterval(watchRing, 1000);
}

let tries = 0;

function showKept(step) {
  let bar = document.getElementById("kept");
  if (!bar) {
    bar = document.createElement("div");
    bar.id = "kept";
    bar.className = "al-kept";
    bar.setAttribute("role", "status");
    document.querySelector(".al-ph__top").after(bar);
  }
  const bold = document.createElement("b");
  bold.textContent = `No signal since ${step.since}. `;
  bar.replaceChildren(bold, `“${step.words}” is kept on this phone and sent when you are back.`);
  const words = document.querySelector("[aria-busy] span");
  if (words) words.textContent = "Kept on this phone";
}

async function trySending(step) {
  if ((await send(step)) === "sent") {
    drop();
    location.assign("/phone");
    return;
  }
  showKept(step);
  setTimeout(() => trySending(step), waitSeconds(tries) * 1000);
  tries += 1;
}

function takeStep(event) {
  const form = event.target;
  if (event.defaultPrevented || !("outbox" in form.dataset)) return;
  event.preventDefault();
  if (kept()) return;
  const step = {
    action: form.getAttribute("action"),
    body: new URLSearchParams(new FormData(form, event.submitter)).toString(),
    words: (event.submitter?.dataset.rest ?? event.submitter?.textContent ?? "").trim(),
    since: clockTime(),
  };
  keep(step);
  trySending(step);
}

startClocks();
startForms();
startDialogs();
startSession();
startRing();
document.addEventListener("submit", takeStep);
const left = kept();
if (left) trySending(left);
startLive();
