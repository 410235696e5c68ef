// What the crawl visits, as a table: who signs in, which pages they have besides those in the
// navigation, and how wide the window is. A new page in the navigation is visited by itself; a page
// that only a link leads to gets a line here. Nothing here is a check: those are in crawl.test.mjs.

/** The windows: a ward PC by day and by night, and the smallest phone that we serve. */
export const LOOKS = [
  { name: "desk", width: 1366, height: 768, scheme: "light" },
  { name: "desk-dark", width: 1366, height: 768, scheme: "dark" },
  { name: "phone", width: 360, height: 740, scheme: "light" },
  { name: "phone-dark", width: 360, height: 740, scheme: "dark" },
];

/** Pages that ask nobody who they are. */
export const OPEN_PAGES = ["/sign-in"];

/**
 * Pages of each role. `role` is the word that `almoner demo` prints; a line is a path, or
 * `{ on, first }`: the page that the first such link on `on` leads to, left out while none is.
 */
export const ROLES = [
  { role: "requester", pages: ["/ask", { on: "/board", first: 'main a[href^="/tasks/"]' }] },
  { role: "handler", pages: ["/phone", "/phone/day"] },
  {
    role: "coordinator",
    pages: [
      "/board",
      "/board/plan",
      { on: "/board", first: 'main a[href^="/tasks/"]' },
      "/people",
      { on: "/people", first: 'main a[href^="/people/"]' },
      "/places",
    ],
  },
  { role: "administrator", pages: ["/accounts", "/roles", "/settings/task-types", "/import"] },
  {
    role: "auditor",
    pages: [
      "/log",
      { on: "/log", first: 'main a[href^="/log/"]' },
      "/controls",
      { on: "/controls", first: 'main a[href^="/controls/"]' },
    ],
  },
];

/** Links in a navigation that do something instead of showing a page. */
export const NOT_PAGES = ["/sign-out"];
