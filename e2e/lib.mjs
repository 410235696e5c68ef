// Starts a throwaway hospital, opens a real browser on it, and looks at a page as a person, a
// screen reader and a security officer would. Refuses to reach anything but this machine. The checks that
// use it are the *.test.mjs files beside; the pages are in pages.mjs.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

const HERE = import.meta.dirname;
const SHOTS = path.join(HERE, "shots");
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
const AXE = readFileSync(path.join(HERE, "node_modules/axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * Starts `almoner demo` in a temporary folder and waits until it listens.
 *
 * It prints `listening on URL` and one line `sign-in: ROLE NAME PASSWORD` for each person; a name
 * may hold spaces. Returns `{ base, signIns: [{ role, name, password }], stop }`.
 */
export async function startDemo({ speed = 60 } = {}) {
  const binary = process.env.ALMONER_BINARY ?? path.join(HERE, "../target/debug/almoner");
  const folder = mkdtempSync(path.join(tmpdir(), "almoner-e2e-"));
  const options = ["--port", "0", "--dir", path.join(folder, "demo"), "--speed", `${speed}`];
  const server = spawn(binary, ["demo", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => server.once("close", resolve));
  let said = "";
  const stop = async () => {
    const late = setTimeout(() => server.kill("SIGKILL"), STOP_MS_MAX);
    server.kill("SIGTERM");
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  // A test run that is broken off must not leave a hospital running, or its folder.
  process.once("exit", () => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

  const listening = new Promise((resolve, reject) => {
    const why = (what) => reject(new Error(`${binary} ${what}; it said:\n${said}`));
    const late = setTimeout(() => why("did not listen in time"), START_MS_MAX);
    server.once("error", (error) => why(`could not be started (${error.message})`));
    server.once("close", (code) => why(`ended with ${code} before it listened`));
    const read = (bytes) => {
      said = (said + bytes).slice(-100_000);
      const found = said.match(/listening on (?:(https?):\/\/)?(\S+?)\/?\s*\n/);
      if (found) {
        clearTimeout(late);
        resolve(`${found[1] ?? "http"}://${found[2]}`);
      }
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
  });
  try {
    const base = await listening;
    // The sign-ins may be printed a moment after the address.
    await settled(() => parseSignIns(said).length);
    return { base, signIns: parseSignIns(said), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The people that the demo prints, in its order. */
export function parseSignIns(said) {
  const lines = said.matchAll(/^sign-in:[ \t]+(\S+)[ \t]+(.+?)[ \t]+(\S+)[ \t]*$/gm);
  return [...lines].map(([, role, name, password]) => ({ role, name, password }));
}

/** Waits until a number is above zero and the same three times running. */
async function settled(count) {
  const end = Date.now() + START_MS_MAX;
  for (let same = 0, last = 0; same < 3 && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = count();
    same = now > 0 && now === last ? same + 1 : 0;
    last = now;
  }
}

/** Debian's Chromium, without anything that calls home. */
export async function openBrowser() {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error("no Chromium: apt-get install chromium, or set CHROMIUM");
  const args = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
  ];
  // Root has no sandbox to enter; anybody else keeps it.
  if (process.getuid() === 0) args.push("--no-sandbox");
  return chromium.launch({ executablePath, headless: true, args });
}

/** A window of its own (own cookies), whose page notes whatever goes wrong in `page.wrong`. */
export async function openPage(browser, base) {
  const context = await browser.newContext({ baseURL: base, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.wrong = [];
  page.on("console", (message) => {
    // Chromium reports a breach of the content security policy as an error on the console.
    if (message.type() === "error") page.wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.wrong.push(`script: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    const local = url.origin === base || ["data:", "blob:", "about:"].includes(url.protocol);
    if (!local) page.wrong.push(`a request left the origin: ${url.origin}`);
  });
  return page;
}

/** Signs in through the form, as a person does, and accepts the terms of use where asked. */
export async function signIn(page, { name, password }) {
  await page.goto("/sign-in");
  const form = page.locator("form", { has: page.locator('input[autocomplete="username"]') });
  await form.locator('input[autocomplete="username"]').fill(name);
  await form.locator('input[type="password"]').fill(password);
  await form.locator('button[type="submit"], button:not([type])').click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  if (new URL(page.url()).pathname === "/terms") {
    const terms = page.locator('form[action="/terms"]');
    for (const box of await terms.locator('input[type="checkbox"]').all()) await box.check();
    await terms.locator('button[type="submit"], button:not([type])').first().click();
    await page.waitForURL((url) => url.pathname !== "/terms");
  }
}

/** The pages that the navigation on the present page offers, as paths. */
export async function navigation(page) {
  const hrefs = await page.locator("nav a[href]").evaluateAll((all) => all.map((a) => a.href));
  const origin = new URL(page.url()).origin;
  const own = hrefs.map((href) => new URL(href)).filter((url) => url.origin === origin);
  return [...new Set(own.map((url) => url.pathname + url.search))];
}

/** Opens a page and says what is wrong with it, look by look; `[]` is what we want. */
export async function lookAt(page, where, looks, shotName) {
  page.wrong.length = 0;
  const answer = await page.goto(where, { waitUntil: "load" });
  const wrong = [];
  if (!answer || answer.status() >= 400) wrong.push(`status ${answer?.status()}`);
  for (const look of looks) {
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.emulateMedia({ colorScheme: look.scheme, reducedMotion: "reduce" });
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth);
    if (sideways > look.width) wrong.push(`${look.name}: ${sideways} px wide`);
    wrong.push(...(await axe(page)).map((violation) => `${look.name}: ${violation}`));
    await photograph(page, `${shotName}-${look.name}`);
  }
  wrong.push(...page.wrong);
  return wrong.map((what) => `${where}: ${what}`);
}

/** What axe finds at WCAG 2.2 AA, each as one line with the first place. */
export async function axe(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: tags }).then((result) => result.violations),
    WCAG,
  );
  const told = ({ id, help, nodes }) =>
    `axe ${id} (${help}), ${nodes.length} ×, first at ${nodes[0].target.join(" ")}`;
  return found.map(told);
}

/** A picture of the whole page in e2e/shots. */
export async function photograph(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  const file = name.replace(/[^a-z0-9-]+/gi, "-").replace(/^-+|-+$/g, "");
  await page.screenshot({ path: path.join(SHOTS, `${file}.png`), fullPage: true });
}
