// Says changes to people who listen to the page: politely, one sentence at a time, and summed up
// when many things change at once. While much goes on it speaks more rarely, so that whoever
// listens can also read.

const PAUSE_MS = 4000;
const PAUSE_AFTER_MANY_MS = 12_000;
const MANY = 3;

const waiting = new Set();
let timer = null;
let pause = PAUSE_MS;

// What is said of these sentences: each of a few, the number of many.
export function summed(sentences) {
  return sentences.length > MANY ? `${sentences.length} changes` : sentences.join(". ");
}

function say() {
  timer = null;
  const sentences = [...waiting];
  waiting.clear();
  pause = sentences.length > MANY ? PAUSE_AFTER_MANY_MS : PAUSE_MS;
  const announcer = document.getElementById("announcer");
  if (announcer && sentences.length > 0) announcer.textContent = summed(sentences);
}

export function announce(sentence) {
  waiting.add(sentence);
  timer ??= setTimeout(say, pause);
}
