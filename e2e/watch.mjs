// What runs in the watched page of thousand.mjs: notes, after each drawn frame, which tasks the
// board shows in which words, and whether its figures add up. It looks only at what changed, so
// that looking does not slow down what is looked at.

/** Begins to watch; `window.watched.end()` answers with what was seen. */
export function watchBoard() {
  const ROW = "tr[id^='task-'], li[id^='line-']";
  const seen = {};
  const lines = new Map();
  const wrong = new Set();
  const [dirty, gone] = [new Set(), new Set()];
  let [waiting, began, frame, frames] = [false, 0, 0, 0];

  const number = (element) => element.id.replace(/^\D+/, "");
  const word = (row) => row.querySelector(".al-state").textContent.trim();

  function look() {
    waiting = false;
    const now = Date.now();
    frame = Math.max(frame, now - began);
    frames += 1;
    for (const id of dirty) {
      const row = document.getElementById(`task-${id}`);
      const line = document.getElementById(`line-${id}`);
      if (row && line) wrong.add(`task ${id} stands in the table and below it`);
      if (line) lines.set(id, word(line));
      else lines.delete(id);
      const shown = row ?? line;
      const where = row ? "row" : line ? "line" : "gone";
      const says = { at: now, word: shown ? word(shown) : "", where };
      const last = (seen[id] ??= []).at(-1);
      if (last?.word !== says.word) seen[id].push(says);
    }
    dirty.clear();
    check();
  }

  // The figures above the lines are the lines; table and lines are all there is.
  function check() {
    const counts = new Map();
    for (const state of lines.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    const figures = document.querySelectorAll("#board-rest [data-state]");
    for (const figure of figures) {
      const state = figure.querySelector(".al-state").textContent.trim();
      const says = Number(figure.lastChild.textContent);
      const has = counts.get(state) ?? 0;
      if (says !== has) wrong.add(`says ${says} ${state}, has ${has}`);
    }
    const [told, are] = [figures.length, counts.size];
    if (told !== are) wrong.add(`${told} figures for ${are} states`);
    const rows = document.getElementById("board-rows").childElementCount;
    const all = Number(document.querySelector("#board-filters .n").textContent);
    if (all !== rows + lines.size) wrong.add(`says ${all} in all, has ${rows + lines.size}`);
  }

  function note(nodes) {
    for (const node of nodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      const near = node.closest(ROW);
      if (near) dirty.add(number(near));
      else for (const row of node.querySelectorAll(ROW)) dirty.add(number(row));
    }
    if (waiting || dirty.size === 0) return;
    waiting = true;
    began = Date.now();
    // After the frame is drawn, not before.
    requestAnimationFrame(() => setTimeout(look));
  }

  note([document.body]);
  const observer = new MutationObserver((records) => {
    for (const { target, addedNodes, removedNodes } of records) {
      note([...addedNodes, ...removedNodes, target.closest(ROW)].filter(Boolean));
    }
  });
  observer.observe(document.querySelector("main"), { childList: true, subtree: true });
  window.watched = {
    end() {
      observer.disconnect();
      return { seen, wrong: [...wrong], ended: Date.now(), frame, frames };
    },
  };
}
