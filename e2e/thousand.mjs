// A thousand tasks posted over the API by a plain script while a browser watches the board: how
// soon does each row stand there, and is every task offered, under way, over, or waiting with a
// reason? Run by hand (`node e2e/thousand.mjs`); it prints what it measured and asserts nothing
// about time. Exit 1: a row never came, or a task waits without a reason.

import { openBrowser, openPage, signIn, startDemo } from "./lib.mjs";

const COUNT = Number(process.argv[2] ?? 1000);
const AT_ONCE = 8;

const demo = await startDemo({ speed: 20 });
const person = demo.signIns.find(({ role }) => role === "coordinator");
const browser = await openBrowser();
let code = 0;
try {
  const api = async (method, path, body) => {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const answer = await fetch(`${demo.base}/api/v1${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  let token = "";
  ({ token } = await api("POST", "/sessions", { name: person.name, password: person.password }));
  const places = (await api("GET", "/places")).map(({ code }) => code);
  const kinds = (await api("GET", "/task-types")).map(({ code }) => code);

  const page = await openPage(browser, demo.base);
  await signIn(page, person);
  await page.goto("/board");
  // When each row first stood on the board, by the browser's own clock.
  await page.evaluate(() => {
    window.seen = {};
    const look = () => {
      for (const row of document.querySelectorAll("tr[id^='task-']")) window.seen[row.id] ??= Date.now();
    };
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  });

  const posted = new Map();
  let next = 0;
  const poster = async () => {
    while (next < COUNT) {
      const number = next++;
      const from = places[number % places.length];
      const to = places[(number * 7 + 3) % places.length];
      const wish = { task_type: kinds[number % kinds.length], priority: "ROUTINE", from };
      if (to !== from) wish.to = to;
      const { id } = await api("POST", "/tasks", wish);
      posted.set(id, Date.now());
    }
  };
  const began = Date.now();
  await Promise.all(Array.from({ length: AT_ONCE }, poster));
  const seconds = (Date.now() - began) / 1000;
  await page.waitForTimeout(5000);
  const seen = await page.evaluate(() => window.seen);
  const waits = [...posted].map(([id, at]) => (seen[`task-${id}`] ?? Infinity) - at);
  const missing = waits.filter((wait) => wait === Infinity).length;
  const sorted = waits.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const open = await api("GET", "/tasks");
  const mine = open.filter(({ id }) => posted.has(id));
  const unexplained = mine.filter((task) => task.state === "QUEUED" && !task.why_waiting);
  const states = {};
  for (const { state } of mine) states[state] = (states[state] ?? 0) + 1;
  console.log(`${COUNT} tasks in ${seconds.toFixed(1)} s (${(COUNT / seconds).toFixed(0)} a second)`);
  console.log(`row on the board after: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, last ${at(1)} ms`);
  console.log(`rows that never came: ${missing}; open now: ${JSON.stringify(states)}`);
  console.log(`over already: ${posted.size - mine.length}; waiting without a reason: ${unexplained.length}`);
  if (missing > 0 || unexplained.length > 0) code = 1;
} finally {
  await browser.close();
  await demo.stop();
}
process.exit(code);
