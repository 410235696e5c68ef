// Steps kept on the phone while there is no signal, and sent in their order when there is again. They
// hold the numbers of tasks and verbs, never anything about a patient. Each says when it happened.
// A step that the server refuses is not thrown away: it moves to a second list, which stays until
// the porter has read it.

const KEPT = "almoner-kept-steps";
const REFUSED = "almoner-refused-steps";
// Sent sooner than this, a step happened "now".
const LATE_MILLIS = 10_000;
// The server is there but cannot now; the same step may go through in a moment.
const LATER = [429, 502, 503, 504];
// Where a page leads whose session has ended, or whose terms are new.
const DOORS = ["/sign-in", "/terms"];

function list(key, storage) {
  try {
    const found = JSON.parse(storage.getItem(key));
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function store(key, steps, storage) {
  if (steps.length === 0) storage.removeItem(key);
  else storage.setItem(key, JSON.stringify(steps));
}

export const kept = (storage = localStorage) => list(KEPT, storage);
export const refused = (storage = localStorage) => list(REFUSED, storage);

// Puts a step behind the others. The same press twice is one step.
export function keep(step, storage = localStorage) {
  const steps = kept(storage);
  const last = steps.at(-1);
  if (last?.action === step.action && last?.body === step.body) return;
  store(KEPT, [...steps, step], storage);
}

// The porter has read what was refused.
export function read(storage = localStorage) {
  store(REFUSED, [], storage);
}

// Sends one step: "sent", "no signal", "signed out", or "refused" with the server's sentence.
export async function send(step, { fetchIt = fetch, millis = Date.now, sentenceOf = (t) => t } = {}) {
  const isLate = millis() - step.pressedMillis > LATE_MILLIS;
  const body = isLate ? `${step.body}&happened_at=${Math.round(step.happenedAt)}` : step.body;
  try {
    const answer = await fetchIt(step.action, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body,
    });
    if (LATER.includes(answer.status)) return { outcome: "no signal" };
    const door = answer.redirected && DOORS.includes(new URL(answer.url).pathname);
    if (door || answer.status === 401) return { outcome: "signed out" };
    if (answer.ok) return { outcome: "sent" };
    return { outcome: "refused", sentence: sentenceOf(await answer.text()) };
  } catch {
    return { outcome: "no signal" };
  }
}

// Sends what is kept, the first first, until nothing is left or something is in the way. What was
// refused is noted before the next goes out. Gives back why it stopped.
export async function replay(options = {}, storage = localStorage) {
  for (let step = kept(storage)[0]; step; step = kept(storage)[0]) {
    const { outcome, sentence } = await send(step, options);
    if (outcome === "no signal" || outcome === "signed out") return outcome;
    if (outcome === "refused") {
      store(REFUSED, [...refused(storage), { ...step, sentence }], storage);
    }
    store(KEPT, kept(storage).slice(1), storage);
  }
  return "sent";
}
