// A thousand tasks posted over the API by a plain script while a browser watches the board: how
// soon does the page show each change, and is every task offered, under way, over, or waiting with
// a reason? Run by hand:
//
//   node e2e/thousand.mjs [COUNT] [--speed N] [--closed]
//
// What counts as a change is what the log says: afterwards the script reads the time line of every
// task it posted, with the moment of each step, whoever took it (this script, a porter of the
// demonstration, the dispatcher). A change is shown when a drawn frame of the page has the task
// with the word of its new state, or of a later one: in its row, or in its line below the table,
// which also means that the figures above the lines have changed. Beside that, in each frame, the
// figures have to be the number of lines. The lines are opened unless `--closed` says otherwise.
//
// Exit 1: a change was not shown or later than a second, a figure was wrong, a task waits without a
// reason, or the page reported an error.

import { parseArgs } from "node:util";
import { openBrowser, openPage, signIn, startDemo } from "./lib.mjs";
import { watchBoard } from "./watch.mjs";
import { shownAfter, timeOf } from "./shown.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { speed: { type: "string", default: "20" }, closed: { type: "boolean" } },
});
const COUNT = Number(positionals[0] ?? 1000);
const SPEED = Number(options.speed);
const AT_ONCE = 8;
const SECOND = 1000;
// The script changes tasks that were asked for this many before, so that they stand on the board.
const BEFORE = 60;
// What happens in the last moments is not judged: it may rightly not be on the page yet.
const WATCH_ON_MS = 8 * SECOND;
const LAST_MS = 3 * SECOND;
const WAYS_OVER = ["CANCELLED", "COMPLETED", "VERIFIED", "ABORTED", "REJECTED"];

const demo = await startDemo({ speed: SPEED });
const browser = await openBrowser();
let busy = 0;
let wrong = [];
try {
  wrong = await run();
} finally {
  await browser.close();
  await demo.stop();
}
for (const what of wrong) console.log(`WRONG: ${what}`);
process.exit(wrong.length > 0 ? 1 : 0);

async function run() {
  const person = demo.signIns.find(({ role }) => role === "coordinator");
  const api = await caller(person);
  const page = await openPage(browser, demo.base);
  await signIn(page, person);
  await page.goto("/board");
  const open = () => document.querySelector(".al-rest__list").setAttribute("open", "");
  if (!options.closed) await page.evaluate(open);
  await page.evaluate(watchBoard);

  const posted = await post(api);
  await page.waitForTimeout(WATCH_ON_MS);
  const board = await api("GET", "/tasks");
  const watched = await page.evaluate(() => window.watched.end());

  const wrong = [...watched.wrong, ...page.wrong];
  const mine = board.filter(({ id }) => posted.has(id));
  const unexplained = mine.filter((task) => task.state === "QUEUED" && !task.why_waiting);
  if (unexplained.length > 0) wrong.push(`${unexplained.length} tasks wait without a reason`);
  count("open now", mine.map(({ state }) => state));
  const changes = await judged(api, posted, watched);
  tell("new tasks", changes.filter(({ step }) => step === 0), wrong);
  tell("changes of state", changes.filter(({ step, over }) => step > 0 && !over), wrong);
  tell("tasks over", changes.filter(({ over }) => over), wrong);
  tell("all", changes, wrong);
  count("shown", changes.map(({ where }) => where));
  console.log(`longest frame: ${watched.frame} ms; frames with changes: ${watched.frames}`);
  return wrong;
}

// A function that calls the API as this person.
async function caller({ name, password }) {
  let token = "";
  const api = async (method, path, body) => {
    const headers = { "if-match": "*", "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const sent = { method, headers, body: body && JSON.stringify(body) };
    const answer = await fetch(`${demo.base}/api/v1${path}`, sent);
    if (answer.status === 204) return null;
    if (answer.ok) return answer.json();
    const error = new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    throw Object.assign(error, { status: answer.status });
  };
  ({ token } = await api("POST", "/sessions", { name, password }));
  return api;
}

// Asks for all tasks; holds some of them, lets some go again, cancels others. Answers with the
// moment at which each was asked for.
async function post(api) {
  const places = (await api("GET", "/places")).map(({ code }) => code);
  const kinds = (await api("GET", "/task-types")).map(({ code }) => code);
  const posted = new Map();
  const held = [];
  let next = 0;
  const poster = async () => {
    while (next < COUNT) {
      const number = next++;
      const from = places[number % places.length];
      const to = places[(number * 7 + 3) % places.length];
      const wish = { task_type: kinds[number % kinds.length], priority: "ROUTINE", from };
      if (to !== from) wish.to = to;
      const { id, before } = await ask(api, wish);
      posted.set(id, { before });
      await change(api, number, [...posted.keys()], held);
    }
  };
  const began = Date.now();
  await Promise.all(Array.from({ length: AT_ONCE }, poster));
  const seconds = (Date.now() - began) / SECOND;
  const pace = `${seconds.toFixed(1)} s (${(COUNT / seconds).toFixed(0)} a second)`;
  console.log(`${COUNT} tasks in ${pace}, ${busy} times told to come back`);
  return posted;
}

// Holds, lets go or cancels a task that has stood on the board for a while.
async function change(api, number, ids, held) {
  const older = ids[ids.length - BEFORE];
  if (!older) return;
  if (number % 10 === 3) {
    held.push(older);
    await unlessTooLate(api("POST", `/tasks/${older}/hold`));
  }
  if (number % 20 === 19 && held.length > 5) {
    await unlessTooLate(api("POST", `/tasks/${held.shift()}/release`));
  }
  if (number % 10 === 6) {
    const reason = { reason: "NO_LONGER_NEEDED" };
    await unlessTooLate(api("POST", `/tasks/${older}/cancel`, reason));
  }
}

// Asks for one task; a server that says that it is busy is asked again, as a script should.
async function ask(api, wish) {
  for (;;) {
    const before = Date.now();
    try {
      const { id } = await api("POST", "/tasks", wish);
      return { id, before };
    } catch (error) {
      if (error.status !== 503) throw error;
      busy += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

// A porter may be quicker; then the server says that it is too late, which is right.
async function unlessTooLate(call) {
  await call.catch((error) => {
    if (![409, 422, 503].includes(error.status)) throw error;
  });
}

// Every change of every posted task, with how long it took until the page showed it.
async function judged(api, posted, watched) {
  const ids = [...posted.keys()];
  const details = new Map();
  const read = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      details.set(id, (await api("GET", `/tasks/${id}`)).steps);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  const asking = ([id, steps]) => ({ at: steps[0].at, before: posted.get(id).before });
  const asked = [...details].map(asking);
  const time = timeOf(asked, SPEED);
  const changes = [];
  for (const [id, steps] of details) {
    const told = steps.map(({ at, state }) => ({ at: time(at), state }));
    for (const shown of shownAfter(told, watched.seen[id] ?? [], WAYS_OVER)) {
      if (shown.at <= watched.ended - LAST_MS) changes.push({ id, ...shown });
    }
  }
  return changes;
}

function tell(what, changes, wrong) {
  const waits = changes.map(({ wait }) => wait).sort((a, b) => a - b);
  const place = (share) => Math.min(waits.length - 1, Math.floor(share * waits.length));
  const at = (share) => `${Math.round(waits[place(share)])} ms`;
  const late = changes.filter(({ wait }) => wait > SECOND);
  const never = changes.filter(({ wait }) => wait === Infinity);
  const figures = `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`;
  const missed = `after a second ${late.length}, never ${never.length}`;
  console.log(`${what}: ${waits.length} changes, ${figures}; ${missed}`);
  if (what !== "all" || late.length === 0) return;
  const told = ({ id, state, wait }) => `${id} ${state} ${Math.round(wait)} ms`;
  const first = late.slice(0, 3).map(told).join(", ");
  wrong.push(`${late.length} changes were shown after more than a second, such as ${first}`);
}

function count(what, words) {
  const counts = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  console.log(`${what}: ${JSON.stringify(counts)}`);
}
