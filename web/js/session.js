// Warns before the session ends, and keeps it when asked to. Reading along is not activity: only
// a press of the button is.

import { leftMicros } from "./clocks.js";

const WARN_MICROS = 60 * 1_000_000;

function endsAt(root = document.documentElement) {
  const value = Number(root.dataset.sessionEnds);
  return value > 0 ? value : null;
}

function watch() {
  const ends = endsAt();
  const bar = document.getElementById("session-end");
  if (ends === null || !bar) return;
  const left = leftMicros(ends);
  if (left <= 0) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  bar.hidden = left > WARN_MICROS;
  if (bar.hidden) return;
  const seconds = Math.ceil(left / 1_000_000);
  const words = document.getElementById("session-end-words");
  // Said aloud every ten seconds only, so that it does not drown everything else.
  if (seconds % 10 === 0 || words.textContent === "") {
    words.textContent = `You will be signed out in ${seconds} s.`;
  }
}

async function stay() {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const ends = endsAt(page.documentElement);
  if (answer.ok && ends !== null) document.documentElement.dataset.sessionEnds = String(ends);
  else location.reload();
}

export function startSession() {
  if (endsAt() === null) return;
  document.getElementById("session-stay")?.addEventListener("click", stay);
  setInterval(watch, 1000);
}
