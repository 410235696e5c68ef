// Every page that each person can reach, in each window: no error on the console, no breach of the
// content security policy, nothing leaves the origin, nothing sticks out sideways, and axe is
// content.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { lookAt, navigation, openBrowser, openPage, signIn, startDemo } from "./lib.mjs";
import { LOOKS, NOT_PAGES, OPEN_PAGES, ROLES } from "./pages.mjs";

describe("every page, in every window", () => {
  let demo, browser;

  before(async () => {
    demo = await startDemo();
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  it("shows whoever is outside a door, and nothing wrong with it", async () => {
    const page = await openPage(browser, demo.base);
    const wrong = [];
    for (const where of OPEN_PAGES) {
      wrong.push(...(await lookAt(page, where, LOOKS, `open${where}`)));
    }
    await page.context().close();
    assert.deepEqual(wrong, []);
  });

  it("has somebody to be for each role in the table, and a table line for each role", () => {
    const printed = [...new Set(demo.signIns.map(({ role }) => role))].sort();
    assert.deepEqual(printed, ROLES.map(({ role }) => role).sort());
  });

  for (const { role, pages } of ROLES) {
    it(`serves a ${role} well`, async () => {
      const person = demo.signIns.find((one) => one.role === role);
      assert.ok(person, `the demo prints no sign-in for a ${role}`);
      const page = await openPage(browser, demo.base);
      await signIn(page, person);
      const visits = await plan(page, pages);
      const wrong = [];
      for (const where of visits) {
        wrong.push(...(await lookAt(page, where, LOOKS, `${role}${where}`)));
      }
      await page.context().close();
      assert.deepEqual(wrong, []);
    });
  }
});

/** The navigation's pages and the table's, each once; fails when there is no navigation at all. */
async function plan(page, pages) {
  const offered = await navigation(page);
  assert.ok(offered.length > 0, `${page.url()} has no navigation`);
  const visits = new Set(offered);
  for (const line of pages) {
    if (typeof line === "string") {
      visits.add(line);
      continue;
    }
    await page.goto(line.on);
    const link = page.locator(line.first).first();
    if (await link.count()) visits.add(new URL(await link.evaluate((a) => a.href)).pathname);
  }
  return [...visits].filter((where) => !NOT_PAGES.includes(where));
}
