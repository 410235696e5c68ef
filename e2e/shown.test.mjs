// The measuring of thousand.mjs must not flatter: a change that was never drawn is never shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shownAfter, timeOf } from "./shown.mjs";

const OVER = ["COMPLETED"];
const told = (...steps) => steps.map(([at, state]) => ({ at, state }));
const waits = (steps, seen) => shownAfter(steps, seen, OVER).map(({ wait }) => wait);

test("each change waits until its word is drawn", () => {
  const steps = [{ at: 0, state: "QUEUED" }, { at: 1000, state: "OFFERED" }];
  const seen = [{ at: 200, word: "Waiting" }, { at: 1300, word: "Offered" }];
  assert.deepEqual(waits(steps, seen), [200, 300]);
});

test("a change that no frame showed is not counted as shown", () => {
  const steps = [{ at: 0, state: "QUEUED" }, { at: 1000, state: "OFFERED" }];
  assert.deepEqual(waits(steps, [{ at: 200, word: "Waiting" }]), [200, Infinity]);
  assert.deepEqual(waits(steps, []), [Infinity, Infinity]);
});

test("a later state stands for one that passed between two frames, and is as late as it is", () => {
  const steps = told([0, "QUEUED"], [10, "HELD"], [2000, "QUEUED"]);
  assert.deepEqual(waits(steps, [{ at: 5, word: "Waiting" }]), [5, 1990, 0]);
});

test("a task that is over has left the page, and one that stays is late", () => {
  const steps = [{ at: 0, state: "QUEUED" }, { at: 50, state: "COMPLETED" }];
  assert.deepEqual(waits(steps, [{ at: 20, word: "Waiting" }, { at: 90, word: "" }]), [20, 40]);
  assert.deepEqual(waits(steps, [{ at: 20, word: "Waiting" }]), [20, Infinity]);
});

test("a task that came and went between two frames is rightly not there", () => {
  const steps = [{ at: 0, state: "QUEUED" }, { at: 60, state: "COMPLETED" }];
  assert.deepEqual(waits(steps, []), [60, 0]);
});

test("a word drawn before its change does not count for it", () => {
  const steps = told([0, "QUEUED"], [100, "HELD"], [300, "QUEUED"]);
  const shown = [[20, "Waiting"], [150, "Not ready"], [400, "Waiting"]];
  const seen = shown.map(([at, word]) => ({ at, word }));
  assert.deepEqual(waits(steps, seen), [20, 50, 100]);
});

test("the hospital's time becomes ours, and never makes a wait shorter than it was", () => {
  const asked = [
    { at: "2026-11-22T08:00:00Z", before: 5000 },
    { at: "2026-11-22T08:00:20Z", before: 5900 },
  ];
  const time = timeOf(asked, 20);
  assert.equal(time("2026-11-22T08:00:00Z"), 5000);
  assert.equal(time("2026-11-22T08:00:20Z"), 6000);
});
