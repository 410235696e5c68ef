// How long to wait before the next try: 1, 2, 4 ... 30 seconds, with a little chance in it so that
// a thousand boards do not all come back in the same second.

const LONGEST_S = 30;

export function waitSeconds(tries, chance = Math.random()) {
  const plain = Math.min(LONGEST_S, 2 ** Math.min(tries, 10));
  return Math.max(1, Math.round(plain * (0.75 + chance * 0.5)));
}
