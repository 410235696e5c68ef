// Builds everything a browser loads from us: web/ -> web/dist/, embedded in the binary afterwards.
// Refuses: a colour pair below WCAG AA, an icon that does not exist, an address outside our origin.
// Next: scss/almoner.scss for the look, js/app.js for the behaviour, README.md for the promises.

import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import * as sass from "sass";
import { weakPairs } from "./contrast.mjs";

const root = import.meta.dirname;
// Made aside and then put in place, so that a build of the server never sees half of it.
const finished = path.join(root, "dist");
const out = path.join(root, "dist.making");
const from = (...parts) => path.join(root, ...parts);
const tokens = JSON.parse(fs.readFileSync(from("tokens.json"), "utf8"));

// nhsuk-frontend computes with real colours, so theme.scss hands it "key colours" #0102NN.
// Each becomes a custom property here, and that is what makes a second theme possible.
const keyColours = {
  "02": "act-hover",
  "03": "act",
  "04": "ink",
  "05": "ink-2",
  "06": "line",
  "07": "line-strong",
  "08": "paper",
  "09": "surface",
  "0a": "red-solid",
  "0b": "green-solid",
  "0c": "act-tint",
  "0d": "act-hover",
  "0e": "act-solid",
  "0f": "act-on",
  10: "act-hover",
  11: "act-hover",
  12: "act-tint",
  13: "red-solid",
  14: "red-ink",
};

function fail(sentence) {
  console.error(`web: ${sentence}`);
  process.exit(1);
}

function checkContrast() {
  const weak = weakPairs(tokens);
  if (weak.length > 0) fail(`too little contrast, mend tokens.json:\n  ${weak.join("\n  ")}`);
}

function themes() {
  const list = (theme) =>
    Object.entries(tokens)
      .map(([name, pair]) => `--${name}:${pair[theme]}`)
      .join(";");
  const dark = `color-scheme:dark;${list(1)}`;
  return (
    `:root{color-scheme:light;${list(0)}}[data-theme=dark]{${dark}}` +
    `@media screen and (prefers-color-scheme:dark){:root[data-theme=device]{${dark}}}`
  );
}

function compile(file) {
  return sass.compile(from("scss", file), {
    loadPaths: [from("node_modules")],
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: ["import"],
  }).css;
}

function styles() {
  let nhsuk = compile("theme.scss").replaceAll(/@font-face\{[^}]*\}/g, "");
  for (const [number, token] of Object.entries(keyColours)) {
    nhsuk = nhsuk.replaceAll(new RegExp(`#0102${number}\\b`, "gi"), `var(--${token})`);
  }
  const left = nhsuk.match(/#0102[0-9a-f]{2}/gi);
  if (left) fail(`theme.scss uses ${left[0]}, which keyColours in build.mjs does not map`);

  const css = themes() + nhsuk + compile("almoner.scss");
  const outside = css.match(/url\(["']?(https?:)?\/\/[^)]*\)/i);
  if (outside) fail(`the style sheet would leave our origin: ${outside[0]}`);
  fs.writeFileSync(path.join(out, "almoner.css"), css);
}

function fonts() {
  fs.mkdirSync(path.join(out, "fonts"));
  const copy = (family, file) =>
    fs.copyFileSync(
      from("node_modules/@fontsource-variable", family, "files", file),
      path.join(out, "fonts", file),
    );
  for (const style of ["normal", "italic"]) {
    copy("atkinson-hyperlegible-next", `atkinson-hyperlegible-next-latin-wght-${style}.woff2`);
  }
  copy("atkinson-hyperlegible-mono", "atkinson-hyperlegible-mono-latin-wght-normal.woff2");
}

// The list of icons is the one that the pages use, so neither side can forget the other.
function iconNames() {
  const source = fs.readFileSync(from("../crates/almoner/src/web/parts/icons.rs"), "utf8");
  const names = [...source.matchAll(/Icon\("([a-z0-9-]+)"\)/g)].map((match) => match[1]);
  if (names.length === 0) fail("found no icon in parts/icons.rs; has the file moved?");
  return [...new Set(names)].sort();
}

function iconSymbol(name) {
  const file = from("node_modules/lucide-static/icons", `${name}.svg`);
  if (!fs.existsSync(file)) fail(`lucide has no icon “${name}”; correct it in parts/icons.rs`);
  const body = fs
    .readFileSync(file, "utf8")
    .replace(/<!--[\s\S]*?-->/, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace("</svg>", "")
    .replaceAll(/\s*\n\s*/g, "");
  return `<symbol id="i-${name}" viewBox="0 0 24 24">${body}</symbol>`;
}

function icons() {
  const symbols = iconNames().map(iconSymbol).join("");
  fs.writeFileSync(
    path.join(out, "icons.svg"),
    `<svg xmlns="http://www.w3.org/2000/svg">${symbols}</svg>`,
  );
  fs.copyFileSync(from("svg/almoner-app-icon.svg"), path.join(out, "app-icon.svg"));
  fs.copyFileSync(from("svg/almoner-symbol.svg"), path.join(out, "symbol.svg"));
  fs.copyFileSync(from("manifest.webmanifest"), path.join(out, "manifest.webmanifest"));
}

async function scripts() {
  await esbuild.build({
    entryPoints: [from("js/app.js"), from("js/phone.js")],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    outdir: out,
    logLevel: "error",
  });
}

checkContrast();
fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });
styles();
fonts();
icons();
await scripts();
const size = (file) => `${file} ${Math.ceil(fs.statSync(path.join(out, file)).size / 1024)} kB`;
console.log(["almoner.css", "app.js", "phone.js", "icons.svg"].map(size).join(", "));
fs.rmSync(finished, { recursive: true, force: true });
fs.renameSync(out, finished);
