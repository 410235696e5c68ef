// What becomes of a porter's presses in a cellar without signal: none is lost, none is doubled, and
// each says when it happened.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keep, kept, read, refused, replay, send } from "./outbox.js";

function shelf() {
  const held = new Map();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => held.set(key, value),
    removeItem: (key) => held.delete(key),
  };
}

const press = (verb, pressedMillis = 0) => ({
  action: `/tasks/7/${verb}`,
  body: "version=1",
  words: verb,
  since: "14:05",
  pressedMillis,
  happenedAt: 1_000_000,
});

const answers = (...given) => {
  const asked = [];
  const fetchIt = async (action, { body }) => {
    asked.push([action, body]);
    const answer = given.shift();
    if (!answer) throw new TypeError("no signal");
    return { ok: answer.status < 400, redirected: false, text: async () => "Why.", ...answer };
  };
  return { asked, fetchIt, millis: () => 0 };
};

test("several steps go out in the order in which they were pressed", async () => {
  const storage = shelf();
  for (const verb of ["set_off", "arrive", "depart"]) keep(press(verb), storage);
  const server = answers({ status: 200 }, { status: 200 }, { status: 200 });
  assert.equal(await replay(server, storage), "sent");
  const verbs = server.asked.map(([action]) => action.split("/").at(-1));
  assert.deepEqual(verbs, ["set_off", "arrive", "depart"]);
  assert.deepEqual(kept(storage), []);
});

test("a dead spot keeps the step that did not go out, and those behind it", async () => {
  const storage = shelf();
  for (const verb of ["set_off", "arrive"]) keep(press(verb), storage);
  assert.equal(await replay(answers({ status: 200 }), storage), "no signal");
  assert.deepEqual(kept(storage).map((step) => step.words), ["arrive"]);
  assert.equal(await replay(answers({ status: 503 }), storage), "no signal");
  assert.equal(kept(storage).length, 1);
});

test("a step that is refused is shown with the reason, and the next still goes out", async () => {
  const storage = shelf();
  for (const verb of ["arrive", "pause"]) keep(press(verb), storage);
  const server = answers({ status: 409 }, { status: 200 });
  assert.equal(await replay(server, storage), "sent");
  assert.deepEqual(refused(storage).map(({ words, sentence }) => [words, sentence]), [
    ["arrive", "Why."],
  ]);
  read(storage);
  assert.deepEqual(refused(storage), []);
});

test("whoever was signed out meanwhile keeps their steps until they are back", async () => {
  const storage = shelf();
  keep(press("complete"), storage);
  const door = { status: 200, redirected: true, url: "https://h.example/sign-in?next=/phone" };
  assert.equal(await replay(answers(door), storage), "signed out");
  assert.equal(kept(storage).length, 1);
});

test("a step that goes out late says when it happened, one that goes at once does not", async () => {
  const soon = answers({ status: 200 });
  await send(press("arrive"), soon);
  assert.equal(soon.asked[0][1], "version=1");
  const late = { ...answers({ status: 200 }), millis: () => 60_000 };
  await send(press("arrive"), late);
  assert.equal(late.asked[0][1], "version=1&happened_at=1000000");
});

test("the same press twice is one step", () => {
  const storage = shelf();
  keep(press("arrive"), storage);
  keep(press("arrive"), storage);
  assert.equal(kept(storage).length, 1);
});
