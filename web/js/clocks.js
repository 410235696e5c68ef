// Clocks that run by the server's time. The page already holds the right value for the moment it
// was made; this moves it on. The same rules stand in crates/almoner/src/web/parts/clocks.rs.

const MICROS_IN_SECOND = 1_000_000;

let toldMicros = 0;
let toldAt = Date.now();

// A demonstration's day runs several times as fast as ours; everywhere else this is 1.
export function speed() {
  return Number(document.documentElement.dataset.speed) || 1;
}

// Sets the server's time, as the page or a live message says it.
export function setServerNow(micros) {
  if (!Number.isFinite(micros)) return;
  toldMicros = micros;
  toldAt = Date.now();
}

// The server's time in microseconds since 1970, as well as we know it.
export function serverNow() {
  return toldMicros + (Date.now() - toldAt) * 1000 * speed();
}

// How long it really takes, in microseconds, until the server's time is this.
export function leftMicros(until) {
  return (until - serverNow()) / speed();
}

// 03:12 below an hour, "1 h 04" from there on; never below zero.
export function running(micros) {
  const seconds = Math.max(0, Math.floor(micros / MICROS_IN_SECOND));
  const two = (number) => String(number).padStart(2, "0");
  if (seconds < 3600) return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))}`;
}

// "under 1 min", "6 min", "2 h 14", "3 d".
export function duration(micros) {
  const minutes = Math.max(0, Math.floor(micros / MICROS_IN_SECOND / 60));
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) {
    return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  }
  return `${Math.floor(minutes / 1440)} d`;
}

// The clock time on this device, for sentences such as "not live since 14:05".
export function clockTime() {
  return new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function tick() {
  const now = serverNow();
  for (const clock of document.querySelectorAll("[data-since]")) {
    write(clock, running(now - Number(clock.dataset.since)));
  }
  for (const clock of document.querySelectorAll("[data-until]")) {
    write(clock, running(Number(clock.dataset.until) - now));
  }
  for (const mark of document.querySelectorAll("[data-late-since]")) {
    write(mark, `Late ${duration(now - Number(mark.dataset.lateSince))}`);
  }
}

export function startClocks() {
  setServerNow(Number(document.documentElement.dataset.now));
  setInterval(tick, 1000);
}
