// Keeps a page live over server-sent events, and says plainly when it is not.
//
// Messages without a name are fragments of HTML (see morph.js). Named ones:
//   clock   the server's time in microseconds; comes at least every 15 seconds
//   reload  the page must be loaded anew, such as after an upgrade
//   end     the session is over

import { waitSeconds } from "./backoff.js";
import { clockTime, setServerNow } from "./clocks.js";
import { applyFragments, applyPage, rememberPage } from "./morph.js";

const SILENCE_MS = 40_000;

let source = null;
let tries = 0;
let lostSince = "";
let silence = null;
let countdown = null;

const part = (id) => document.getElementById(id);

function heard() {
  clearTimeout(silence);
  silence = setTimeout(lost, SILENCE_MS);
}

function showLive() {
  clearInterval(countdown);
  part("not-live").hidden = true;
  document.body.classList.remove("is-stale");
  const state = part("live-state");
  if (!state) return;
  state.classList.remove("is-off");
  state.textContent = "Live";
}

function showLost(seconds) {
  part("not-live").hidden = false;
  part("not-live-since").textContent = `Not live since ${lostSince}.`;
  document.body.classList.add("is-stale");
  const state = part("live-state");
  if (state) {
    state.classList.add("is-off");
    state.textContent = `Not live since ${lostSince}`;
  }
  let left = seconds;
  const words = part("not-live-words");
  const say = () => {
    words.textContent = `What you see is from then. Trying again in ${left} s.`;
  };
  say();
  clearInterval(countdown);
  countdown = setInterval(() => {
    left -= 1;
    if (left > 0) say();
    else connect();
  }, 1000);
}

function lost() {
  clearTimeout(silence);
  source?.close();
  source = null;
  lostSince ||= clockTime();
  showLost(waitSeconds(tries));
  tries += 1;
}

// After a gap the page may have missed anything, so all its live parts are fetched again.
async function refetch() {
  const answer = await fetch(location.href, { headers: { "Almoner-Background": "yes" } });
  if (!answer.ok || new URL(answer.url).pathname !== location.pathname) {
    location.reload();
    return;
  }
  applyPage(await answer.text());
}

async function opened() {
  const wasLost = lostSince !== "";
  heard();
  try {
    if (wasLost) await refetch();
  } catch {
    lost();
    return;
  }
  tries = 0;
  lostSince = "";
  showLive();
}

function connect() {
  clearInterval(countdown);
  source?.close();
  source = new EventSource(document.body.dataset.live);
  source.onopen = opened;
  source.onerror = lost;
  source.onmessage = (message) => {
    heard();
    applyFragments(message.data);
  };
  source.addEventListener("clock", (message) => {
    heard();
    setServerNow(Number(message.data));
  });
  source.addEventListener("reload", () => location.reload());
  source.addEventListener("end", () => location.assign("/sign-in"));
}

export function startLive() {
  if (!document.body.dataset.live) return;
  rememberPage();
  part("not-live-retry").addEventListener("click", connect);
  addEventListener("online", () => lostSince && connect());
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && connect());
  connect();
}
