// From an empty folder to a porter who has said yes, by pages alone: what somebody does who installs
// Almoner on a Monday. Each step is a page that a person finds in the bar. Nothing is made behind
// the pages' backs.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { axe, openBrowser, openPage, signIn } from "./lib.mjs";

const BINARY =
  process.env.ALMONER_BINARY ?? path.join(import.meta.dirname, "../target/debug/almoner");
const PASSWORD = "seven-quiet-lanterns-of-tin";

const PLACES = `code,name,kind,site,building,floor,level
LODGE,Lodge,LODGE,MAIN,Old house,Ground,0
ALDER,Alder Ward,WARD,MAIN,Old house,Ground,0
XRAY,X-ray,IMAGING,MAIN,Old house,First,1
`;
const WALKS = `from,to,seconds
LODGE,ALDER,60
ALDER,XRAY,90
`;
const PEOPLE = `staff_number,name,team,skills,base
P-1,Joel O.,Portering,,LODGE
`;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `almoner init` and `almoner serve`, as the handbook says. */
async function startFresh() {
  const folder = mkdtempSync(path.join(tmpdir(), "almoner-fresh-"));
  const dir = path.join(folder, "instance");
  const made = spawnSync(BINARY, ["init", dir, "--host", "localhost"], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const code = made.stdout.match(/One-time code:\s+(\S+)/)[1];
  const port = await freePort();
  const server = spawn(BINARY, ["serve", dir, "--listen", `127.0.0.1:${port}`]);
  const ended = new Promise((resolve) => server.once("close", resolve));
  process.once("exit", () => server.kill("SIGKILL"));
  await new Promise((resolve) => server.stdout.once("data", resolve));
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { base: `https://localhost:${port}`, code, stop };
}

/** Goes to a page by its name in the bar, and demands that nothing is wrong there. */
async function open(page, name) {
  const link = page.locator("nav a", { hasText: name }).first();
  if (!(await link.isVisible())) {
    // The other half of the bar: work here, promises and accounts there.
    await page.locator("header a", { hasText: /^\s*(Assurance|Tasking)\s*$/ }).first().click();
    await page.waitForLoadState();
  }
  await link.click();
  await page.waitForLoadState();
  assert.deepEqual(await axe(page), [], name);
}

/** Opens a dialog by its button and gives back its form. */
async function dialog(page, id) {
  await page.locator(`[data-opens="${id}"]`).first().click();
  return page.locator(`dialog#${id} form`);
}

async function send(page, form) {
  await form.locator('button[type="submit"]').click();
  await page.waitForLoadState();
  const wrong = await page.locator(".nhsuk-error-summary").allInnerTexts();
  assert.deepEqual(wrong, []);
}

async function setUp(page, login, code) {
  await page.goto("/set-up");
  const form = page.locator('form[action="/set-up"]');
  await form.locator('[name="login"]').fill(login);
  await form.locator('[name="code"]').fill(code);
  await form.locator('[name="password"]').fill(PASSWORD);
  await form.locator('[name="again"]').fill(PASSWORD);
  await form.locator('button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname === "/terms");
  const terms = page.locator('form[action="/terms"]');
  await terms.locator('input[type="checkbox"]').check();
  await terms.locator('button[type="submit"]').first().click();
  await page.waitForURL((url) => url.pathname !== "/terms");
}

async function bringIn(page, kind, text) {
  await open(page, "Import");
  await page.locator(`input[name="kind"][value="${kind}"]`).check({ force: true });
  const file = { name: `${kind}.csv`, mimeType: "text/csv", buffer: Buffer.from(text) };
  await page.locator('input[name="file"]').setInputFiles(file);
  await page.locator('main form button[type="submit"]').click();
  await page.locator('main form[action$="/apply"] button[type="submit"]').click();
  await page.waitForLoadState();
  const said = await page.locator("main").innerText();
  assert.match(said, /Done/, kind);
  assert.doesNotMatch(said, /Import them now/, kind);
}

/** Makes an account on the accounts page; its one-time code. */
async function invite(page, { name, login, role, where }) {
  await open(page, "Accounts");
  const form = await dialog(page, "new-account");
  await form.locator('[name="name"]').fill(name);
  await form.locator('[name="login"]').fill(login);
  await form.locator('[name="role"]').selectOption({ label: role });
  await form.locator('[name="scope"]').selectOption({ label: where });
  await send(page, form);
  return (await page.locator("main .al-mono").first().innerText()).trim();
}

describe("a new instance", () => {
  let fresh, browser;
  const codes = {};
  const pages = {};

  before(async () => {
    fresh = await startFresh();
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await fresh?.stop();
  });

  it("becomes a hospital by pages alone", async () => {
    const page = await openPage(browser, fresh.base);
    await setUp(page, "administrator", fresh.code);
    // Every page that the bar offers is empty, and says what to do about it.
    for (const name of ["People", "Places", "Teams", "Task types", "Import"]) {
      await open(page, name);
    }
    await bringIn(page, "PLACES", PLACES);
    await bringIn(page, "WALKS", WALKS);
    await open(page, "Teams");
    let form = await dialog(page, "team-new");
    await form.locator('[name="name"]').fill("Portering");
    await form.locator('[name="base"]').selectOption({ label: "Lodge" });
    await send(page, form);
    await bringIn(page, "PEOPLE", PEOPLE);
    await open(page, "Task types");
    form = await dialog(page, "type-new");
    await form.locator('[name="name"]').fill("Sample to X-ray");
    await form.locator('[name="group"]').selectOption({ label: "Items" });
    await form.locator('[name="team"]').selectOption({ label: "Portering" });
    await send(page, form);
    codes.joel = await invite(page, {
      name: "Joel O.",
      login: "joel.oak",
      role: "Handler",
      where: "Team Portering",
    });
    codes.nell = await invite(page, {
      name: "Nell A.",
      login: "nell.ash",
      role: "Requester",
      where: "Alder Ward",
    });
    await page.goto("/people?show=all");
    await page.locator("main a", { hasText: "Joel O." }).click();
    await page.waitForLoadState();
    form = await dialog(page, "link");
    await form.locator('[name="account"]').selectOption({ index: 0 });
    await send(page, form);
    assert.match(await page.locator("main").innerText(), /joel\.oak/);
    assert.deepEqual(page.wrong, []);
  });

  it("takes its first request, and a porter says yes", async () => {
    const joel = (pages.joel = await openPage(browser, fresh.base));
    await setUp(joel, "joel.oak", codes.joel);
    await joel.locator('form[action$="/start_shift"] button').first().click();
    await joel.waitForLoadState();
    const nell = (pages.nell = await openPage(browser, fresh.base));
    await setUp(nell, "nell.ash", codes.nell);
    await nell.goto("/ask");
    await nell.locator('input[name="task_type"]').first().check({ force: true });
    for (const [name, place] of [["from", "Alder Ward"], ["to", "X-ray"]]) {
      await nell.locator(`input[name="${name}"][value="other"]`).check({ force: true });
      await nell.locator(`select[name="${name}_other"]`).selectOption({ label: place });
    }
    await nell.locator(".al-go button").click();
    await nell.waitForURL(/\/tasks\/\d+/);
    const accept = joel.locator('form[action$="/accept"] button[type="submit"]').first();
    await accept.waitFor();
    await accept.click();
    await nell.locator("#task-head", { hasText: "Accepted" }).waitFor();
    assert.deepEqual([...joel.wrong, ...nell.wrong], []);
  });

  it("keeps a porter's press in a dead spot, and shows one that came too late", async () => {
    const { joel, nell } = pages;
    const press = (verb) => joel.locator(`form[action$="/${verb}"] button[type="submit"]`).first();
    await press("set_off").waitFor();
    await joel.context().setOffline(true);
    await press("set_off").click();
    await joel.locator("#kept", { hasText: "No signal since" }).waitFor();
    await joel.context().setOffline(false);
    await nell.locator("#task-head", { hasText: "Coming" }).waitFor();
    // The ward calls it off while the porter is in the lift: their "I am here" cannot be stored.
    await press("arrive").waitFor();
    await joel.context().setOffline(true);
    await press("arrive").click();
    await joel.locator("#kept").waitFor();
    const form = await dialog(nell, "cancel");
    await form.locator('input[name="reason"]').first().check({ force: true });
    await send(nell, form);
    await joel.context().setOffline(false);
    const told = joel.locator("#refused", { hasText: "was not stored" });
    await told.waitFor();
    assert.match(await told.innerText(), /cancelled/i);
    assert.deepEqual(await axe(joel), []);
    await told.locator("button").click();
    await joel.reload();
    assert.equal(await joel.locator("#refused").count(), 0);
  });
});
