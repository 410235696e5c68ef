// Measures every colour pair that the styles use, in both themes, by the WCAG 2.2 formula.
// Text needs 4.5, edges and marks that must be seen need 3. `node contrast.mjs` prints the table.

import fs from "node:fs";
import path from "node:path";

const TEXT_LEAST = 4.5;
const EDGE_LEAST = 3;
const STATE_COLOURS = ["red", "amber", "green", "blue", "grey"];

const TEXT = [
  ["ink", "paper"],
  ["ink", "surface"],
  ["ink", "raised"],
  ["ink", "act-tint"],
  ["ink-2", "paper"],
  ["ink-2", "surface"],
  ["ink-2", "raised"],
  ["ink-2", "sunken"],
  ["ink-2", "act-tint"],
  ["ink-3", "surface"],
  ["ink-3", "paper"],
  ["act", "surface"],
  ["act", "paper"],
  ["act", "raised"],
  ["act", "act-tint"],
  ["act-on", "act-solid"],
  ["bar-ink", "bar"],
  ["bar-ink-2", "bar"],
  ...STATE_COLOURS.flatMap((colour) => [
    [`${colour}-ink`, `${colour}-tint`],
    [`${colour}-ink`, "surface"],
    [`${colour}-on`, `${colour}-solid`],
    ["ink", `${colour}-tint`],
    ["ink-2", `${colour}-tint`],
  ]),
];

const EDGES = [
  ["line-strong", "surface"],
  ["line-strong", "paper"],
  ["red-solid", "surface"],
  ["green-solid", "surface"],
  ["blue-solid", "surface"],
  ["ring", "paper"],
  ["focus-ink", "focus"],
  ["lamp", "bar"],
];

function luminance(hex) {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

// Every pair with its ratio in the light and in the dark theme.
function measured(tokens) {
  const rows = (pairs, least) =>
    pairs.map(([front, back]) => ({
      name: `${front} on ${back}`,
      least,
      ratios: [0, 1].map((theme) => ratio(tokens[front][theme], tokens[back][theme])),
    }));
  return [...rows(TEXT, TEXT_LEAST), ...rows(EDGES, EDGE_LEAST)];
}

// The pairs below what they need, as lines to print; empty when all is well.
export function weakPairs(tokens) {
  return measured(tokens)
    .filter((row) => Math.min(...row.ratios) < row.least)
    .map((row) => `${row.name}: ${row.ratios.map((r) => r.toFixed(1)).join(" and ")}`);
}

if (process.argv[1] === import.meta.filename) {
  const file = path.join(import.meta.dirname, "tokens.json");
  for (const row of measured(JSON.parse(fs.readFileSync(file, "utf8")))) {
    console.log(row.name.padEnd(28), ...row.ratios.map((r) => r.toFixed(1).padStart(5)));
  }
}
