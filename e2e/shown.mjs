// Compares what happened with what a page showed: how long did each change take? Used by
// thousand.mjs; knows neither browser nor server.

const WORDS = {
  AWAITING_APPROVAL: "To approve",
  HELD: "Not ready",
  SCHEDULED: "Booked",
  QUEUED: "Waiting",
  OFFERED: "Offered",
  ACCEPTED: "Accepted",
  EN_ROUTE: "Coming",
  AT_PICKUP: "At pickup",
  IN_TRANSIT: "Moving",
  PAUSED: "Paused",
  AT_DROP: "Handover",
  POST_ACTION: "Finishing",
  PENDING_VERIFICATION: "To check",
  FAILED: "Redo",
  PREEMPTED: "Recalled",
};

/**
 * Turns the hospital's time into this machine's. A demonstration's day runs `speed` times as fast,
 * from a moment that nobody tells; but no task was asked for before its request was sent. Of all
 * moments that this leaves the earliest is taken, which makes every wait as long as it can be.
 */
export function timeOf(asked, speed) {
  const run = (at) => Date.parse(at) / speed;
  const begin = Math.max(...asked.map(({ at, before }) => before - run(at)));
  return (at) => begin + run(at);
}

/**
 * For each step that changed the word of a task's state: the milliseconds until the page showed
 * that word or the word of a later step; `Infinity` when it never did. `seen` is what the page
 * showed from when on, the empty word standing for nothing.
 */
export function shownAfter(steps, seen, waysOver) {
  const wordOf = (state) => (waysOver.includes(state) ? "" : WORDS[state]);
  const told = steps.map(({ at, state }) => ({ at, state, word: wordOf(state) }));
  const changes = told.filter(({ word }, step) => step === 0 || word !== told[step - 1].word);
  return changes.map(({ at, state, word }, step) => {
    const possible = changes.slice(step).map((later) => firstShown(later, seen));
    const best = possible.reduce((one, other) => (other.at < one.at ? other : one));
    return { at, state, step, over: word === "", wait: best.at - at, where: best.where };
  });
}

// When the page first showed this word at or after this moment. Before it showed anything of a
// task, it showed that there is none.
function firstShown({ at, word }, seen) {
  const nothing = { word: "", where: "gone" };
  const before = seen.findLast((shown) => shown.at <= at) ?? nothing;
  if (before.word === word) return { at, where: before.where };
  const after = seen.find((shown) => shown.at > at && shown.word === word);
  return after ?? { at: Infinity, where: "never" };
}
