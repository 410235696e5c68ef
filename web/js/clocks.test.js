// The same sentences as the tests of crates/almoner/src/web/parts/clocks.rs, so that a clock does
// not jump when the script takes over from the server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { waitSeconds } from "./backoff.js";
import { duration, running } from "./clocks.js";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

test("a clock never runs below zero", () => {
  assert.equal(running(-5 * MINUTE), "00:00");
  assert.equal(duration(-5 * MINUTE), "under 1 min");
});

test("a wait is written as nurses say it", () => {
  assert.equal(running(26 * MINUTE + 40 * SECOND), "26:40");
  assert.equal(running(64 * MINUTE), "1 h 04");
  assert.equal(duration(134 * MINUTE), "2 h 14");
  assert.equal(duration(2 * 1440 * MINUTE), "2 d");
});

test("each try waits longer, never longer than about half a minute", () => {
  const waits = [0, 1, 2, 3, 4, 5, 50].map((tries) => waitSeconds(tries, 0.5));
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30]);
  assert.ok(waitSeconds(50, 1) <= 38 && waitSeconds(0, 0) >= 1);
});
