// What the handler's phone does beyond a desk page: the ring that empties, a short buzz for a new
// job, steps that survive a dead spot, and the word about those that the server did not take.

import { waitSeconds } from "./backoff.js";
import { clockTime, leftMicros, serverNow, speed, startClocks } from "./clocks.js";
import { startDialogs } from "./dialogs.js";
import { startForms } from "./forms.js";
import { startLive } from "./live.js";
import { keep, kept, read, refused, replay } from "./outbox.js";
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
let isSending = false;

function bar(id, role) {
  let found = document.getElementById(id);
  if (!found) {
    found = document.createElement("div");
    found.id = id;
    found.className = "al-kept";
    found.setAttribute("role", role);
    document.querySelector(".al-ph__top").after(found);
  }
  return found;
}

function bold(words) {
  return Object.assign(document.createElement("b"), { textContent: words });
}

function showKept(steps) {
  const words = steps.map((step) => `“${step.words}”`).join(", ");
  const rest = `${words} ${steps.length === 1 ? "is" : "are"} kept on this phone and sent when you are back.`;
  bar("kept", "status").replaceChildren(bold(`No signal since ${steps[0].since}. `), rest);
  for (const busy of document.querySelectorAll("[aria-busy] span")) {
    busy.textContent = "Kept on this phone";
  }
}

// What the server did not take stays on the screen until it has been read.
function showRefused() {
  const steps = refused();
  if (steps.length === 0) return;
  const lines = steps.map((step) => {
    const line = document.createElement("p");
    line.append(bold(`“${step.words}” at ${step.since} was not stored. `), step.sentence);
    return line;
  });
  const way = document.createElement("p");
  way.textContent = "Below is how things are now. If it is not right, tell your coordinator.";
  const done = document.createElement("button");
  done.type = "button";
  done.className = "nhsuk-button nhsuk-button--small nhsuk-button--secondary";
  done.textContent = "I have read this";
  done.addEventListener("click", () => {
    read();
    document.getElementById("refused")?.remove();
  });
  bar("refused", "alert").replaceChildren(...lines, way, done);
}

// A refusal is a page; its own words say why.
function sentenceOf(html) {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  const words = [...(main?.querySelectorAll("h1, p") ?? [])].map((one) => one.textContent.trim());
  return words.filter(Boolean).slice(0, 2).join(". ") || "The server did not say why.";
}

async function trySending() {
  if (isSending || kept().length === 0) return;
  isSending = true;
  const outcome = await replay({ sentenceOf });
  isSending = false;
  if (outcome === "sent") {
    location.assign("/phone");
  } else if (outcome === "signed out") {
    location.assign("/sign-in?next=/phone");
  } else {
    showKept(kept());
    setTimeout(trySending, waitSeconds(tries) * 1000);
    tries += 1;
  }
}

function takeStep(event) {
  const form = event.target;
  if (event.defaultPrevented || !("outbox" in form.dataset)) return;
  event.preventDefault();
  keep({
    action: form.getAttribute("action"),
    body: new URLSearchParams(new FormData(form, event.submitter)).toString(),
    words: (event.submitter?.dataset.rest ?? event.submitter?.textContent ?? "").trim(),
    since: clockTime(),
    pressedMillis: Date.now(),
    happenedAt: serverNow(),
  });
  trySending();
}

startClocks();
startForms();
startDialogs();
startSession();
startRing();
document.addEventListener("submit", takeStep);
showRefused();
addEventListener("online", trySending);
trySending();
startLive();
