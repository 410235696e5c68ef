// Says changes to people who listen to the page: politely, one sentence at a time, and summed up
// when many things change at once.

const PAUSE_MS = 4000;
const MANY = 3;

let waiting = [];
let timer = null;

function say() {
  timer = null;
  const sentences = waiting;
  waiting = [];
  const announcer = document.getElementById("announcer");
  if (!announcer || sentences.length === 0) return;
  announcer.textContent =
    sentences.length > MANY ? `${sentences.length} changes` : sentences.join(". ");
}

export function announce(sentence) {
  if (!waiting.includes(sentence)) waiting.push(sentence);
  timer ??= setTimeout(say, PAUSE_MS);
}
