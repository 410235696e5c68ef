// Where the reader's hands are: what they point at or have in focus does not move. A hand that
// rests is no hand at work: on a control room's screen the pointer may lie on the list for hours,
// and the board must not stand still for it.

const STILL_MS = 3000;
let movedAt = -Infinity;

// Asked once for each list and frame, because the browser may have to look its styles over.
let looked = new Map();

for (const kind of ["pointermove", "pointerdown", "wheel", "keydown"]) {
  const moved = (event) => {
    // When the page moves under a resting pointer the browser tells of a move by nothing.
    const rests = kind === "pointermove" && event.movementX === 0 && event.movementY === 0;
    if (!rests) movedAt = Date.now();
  };
  globalThis.addEventListener?.(kind, moved, { passive: true });
}

// Begins to look anew; called at the beginning of each frame's work.
export function newLook() {
  looked = new Map();
}

// Whether somebody is at work on this element.
export function isTouched(element) {
  if (!element || Date.now() - movedAt > STILL_MS) return false;
  let touched = looked.get(element);
  if (touched === undefined) {
    touched = element.matches(":hover") || element.contains(document.activeElement);
    looked.set(element, touched);
  }
  return touched;
}
