// The browser tests' own eyes: a page with known faults, of which each must be seen.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { lookAt, navigation, openBrowser, openPage, parseSignIns } from "./lib.mjs";
import { LOOKS } from "./pages.mjs";

const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:";
const page = (body) =>
  `<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,">` +
  `<meta name="viewport" content="width=device-width"></head>` +
  `<body><main>${body}</main></body></html>`;
const PAGES = {
  "/good": page(
    `<h1>Good</h1><nav><a href="/good">Here</a> <a href="//example.invalid/">Out</a></nav>`,
  ),
  "/wide": page(`<h1>Wide</h1><pre>${"wide ".repeat(400)}</pre>`),
  "/unlabelled": page(`<h1>Unlabelled</h1><input type="text">`),
  "/inline": page(`<h1>Inline</h1><script>document.title = "changed"</script>`),
  "/outside": page(`<h1>Outside</h1><img alt="" src="http://127.0.0.1:9/x.png">`),
};

describe("the eyes of the browser tests", () => {
  let server, browser, base, tab;

  before(async () => {
    server = createServer((request, response) => {
      const body = PAGES[request.url];
      const type = "text/html; charset=utf-8";
      const headers = { "content-type": type, "content-security-policy": POLICY };
      response.writeHead(body ? 200 : 404, headers).end(body ?? page("<h1>Not there</h1>"));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${server.address().port}`;
    browser = await openBrowser();
    tab = await openPage(browser, base);
  });

  after(async () => {
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const look = (where) => lookAt(tab, where, LOOKS, `lib${where}`);

  it("find nothing wrong with a good page", async () => assert.deepEqual(await look("/good"), []));

  it("see a page that is not there", async () => {
    assert.match((await look("/missing")).join("\n"), /status 404/);
  });

  it("see what sticks out sideways, and say in which window", async () => {
    const wrong = (await look("/wide")).join("\n");
    assert.match(wrong, /phone: \d+ px wide/);
    assert.match(wrong, /desk: \d+ px wide/);
  });

  it("see a field without a label", async () => {
    assert.match((await look("/unlabelled")).join("\n"), /axe label /);
  });

  it("see a script that the policy forbids", async () => {
    assert.match((await look("/inline")).join("\n"), /Content Security Policy/i);
  });

  it("see a request that would leave the origin", async () => {
    assert.match((await look("/outside")).join("\n"), /left the origin|Content Security Policy/i);
  });

  it("read the navigation, and only our own pages in it", async () => {
    await tab.goto("/good");
    assert.deepEqual(await navigation(tab), ["/good"]);
  });

  it("read the sign-ins that the demo prints", () => {
    const said =
      "listening on x\nsign-in: handler Joel P. three-quiet-herons\nsign-in: auditor h.l pw\n";
    assert.deepEqual(parseSignIns(said), [
      { role: "handler", name: "Joel P.", password: "three-quiet-herons" },
      { role: "auditor", name: "h.l", password: "pw" },
    ]);
  });
});
