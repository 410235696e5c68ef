// Where rows go on a live list, without a browser: a list here knows no more than a page's does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { summed } from "./announce.js";
import { latest, Places } from "./places.js";

class Row {
  constructor(id, order) {
    this.id = id;
    this.dataset = order === undefined ? {} : { order: `${order}` };
  }

  remove() {
    this.list.children = this.list.children.filter((row) => row !== this);
  }
}

class List {
  constructor(...rows) {
    this.children = rows;
    for (const row of rows) row.list = this;
  }

  insertBefore(row, before) {
    this.children = this.children.filter((other) => other !== row);
    const at = before ? this.children.indexOf(before) : this.children.length;
    this.children.splice(at, 0, row);
    row.list = this;
  }

  get ids() {
    return this.children.map(({ id }) => id).join(" ");
  }
}

test("a new task stands where its target puts it, behind those of the same target", () => {
  const list = new List(new Row("a", 10), new Row("b", 20), new Row("c", 30));
  const places = new Places(list);
  places.put(new Row("new", 20));
  places.put(new Row("first", -5));
  places.put(new Row("last", 99));
  assert.equal(list.ids, "first a b new c last");
});

test("numbers too long for a fraction still keep their order", () => {
  const list = new List(new Row("a", "20000000000000001"), new Row("b", "20000000000000003"));
  new Places(list).put(new Row("between", "20000000000000002"));
  assert.equal(list.ids, "a between b");
});

test("a task whose target changed moves, one whose target did not stays where it is", () => {
  const [a, b, c] = [new Row("a", 10), new Row("b", 20), new Row("c", 30)];
  const list = new List(a, b, c);
  const places = new Places(list);
  assert.ok(places.isRight(b));
  a.dataset.order = "25";
  assert.ok(!places.isRight(a));
  places.put(a);
  assert.equal(list.ids, "b a c");
  assert.ok(places.isRight(a));
});

test("of a thousand tasks that come in any order each ends up in its place", () => {
  const list = new List();
  const places = new Places(list);
  const numbers = Array.from({ length: 1000 }, (_, at) => (at * 379) % 1000);
  for (const number of numbers) places.put(new Row(`${number}`, number));
  const ids = Array.from({ length: 1000 }, (_, at) => `${at}`).join(" ");
  assert.equal(list.ids, ids);
});

test("a task that is over leaves, and what comes after finds its place all the same", () => {
  const [a, b] = [new Row("a", 10), new Row("b", 20)];
  const list = new List(a, b);
  const places = new Places(list);
  places.take(a);
  places.put(new Row("c", 15));
  assert.equal(list.ids, "c b");
});

test("of two messages about one task only the later is drawn, after what stood between", () => {
  const [early, other, late] = [new Row("a"), new Row("b"), new Row("a")];
  assert.deepEqual(latest([early, other, late]), [other, late]);
});

test("a few changes are said one by one, many by their number", () => {
  assert.equal(summed(["Bed: offered", "Linen: done"]), "Bed: offered. Linen: done");
  assert.equal(summed(Array.from({ length: 12 }, (_, at) => `task ${at}`)), "12 changes");
});
