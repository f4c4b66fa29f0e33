// Bundles the browser's code into the folder named on the command line (static/dist when run through
// scripts/bundle.py): hashed names, manifest.json { "app.js": "app-<hash>.js", ... }, legal texts, PDF fonts.
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, extname, join, relative, resolve } from "node:path";
import { build } from "esbuild";

const ROOT = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const OUT = resolve(process.argv[2] ?? join(ROOT, "static/dist"));

const ENTRIES = [
  { in: "static/js/app.js", out: "app" },
  { in: "static/js/charts.js", out: "charts" },
  { in: "static/js/point-map.js", out: "point-map" },
  { in: "static/js/scanner.js", out: "scanner" },
  { in: "static/js/gun/main.js", out: "gun" },
  { in: "static/js/gun/choose.js", out: "gun-choice" },
  { in: "static/js/field/main.js", out: "field" },
  { in: "static/js/kept/shell.js", out: "kept-forms" },
  { in: "static/js/offline/worker.js", out: "offline-worker" },
  { in: "static/css/app.css", out: "app" },
  { in: "static/css/car.css", out: "car" },
  { in: "static/css/field.css", out: "field" },
  { in: "static/css/gun.css", out: "gun" },
];

// Pages that work without a network: their workers keep all that these need, chunks included, and the code reader where codes
// are read.
const WASM = "zxing_reader.wasm";
const KEPT = {
  field: ["app.js", "app.css", "field.js", "field.css", WASM],
  forms: ["app.js", "app.css", "kept-forms.js"],
  gun: ["app.js", "app.css", "gun.js", "gun.css", WASM],
};

const FONT = "node_modules/@expo-google-fonts/noto-sans-sc";
const SERIF = "node_modules/@expo-google-fonts/noto-serif-sc";
// reportlab and typst find these by a fixed name: a file on the server needs no hash against stale browser caches.
const FONT_FILES = {
  "NotoSansSC-Regular.ttf": `${FONT}/400Regular/NotoSansSC_400Regular.ttf`,
  "NotoSansSC-Bold.ttf": `${FONT}/700Bold/NotoSansSC_700Bold.ttf`,
  "NotoSerifSC-Regular.ttf": `${SERIF}/400Regular/NotoSerifSC_400Regular.ttf`,
  "NotoSerifSC-Bold.ttf": `${SERIF}/700Bold/NotoSerifSC_700Bold.ttf`,
  "LICENSE.txt": `${FONT}/LICENSE_FONT`,
  "LICENSE-serif.txt": `${SERIF}/LICENSE_FONT`,
};

async function bundle() {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir: OUT,
    publicPath: "/static/dist/",
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    // Modules shared by two bundles run once: a custom element cannot be defined twice.
    splitting: true,
    format: "esm",
    minify: true,
    charset: "utf8",
    target: ["es2022", "chrome94", "firefox93", "safari15.4"],
    legalComments: "linked",
    loader: { ".geojson": "json", ".wasm": "file", ".svg": "file", ".png": "file", ".woff2": "file" },
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

/** Logical name of a bundled file; null for what no page asks for by name (shared chunks, legal texts). */
function logicalName(output) {
  const inputs = Object.keys(output.inputs);
  if (output.entryPoint) {
    const entry = ENTRIES.find((candidate) => candidate.in === output.entryPoint);
    return entry ? entry.out + extname(entry.in) : null; // what a bundle loads only when it needs it is a chunk, too
  }
  const isAsset = inputs.length === 1 && ![".js", ".mjs", ".css"].includes(extname(inputs[0]));
  return isAsset ? basename(inputs[0]) : null;
}

function manifestOf(metafile) {
  const manifest = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (path.endsWith(".txt")) continue;
    const name = logicalName(output);
    if (name) manifest[name] = relative(OUT, resolve(ROOT, path));
  }
  return Object.fromEntries(Object.entries(manifest).sort());
}

/** Names of every output that bundles load, directly or not. */
function keptFiles(metafile, bundles) {
  const paths = Object.keys(metafile.outputs);
  const wanted = paths.filter((path) => bundles.includes(logicalName(metafile.outputs[path])));
  const kept = new Set();
  while (wanted.length) {
    const path = wanted.pop();
    if (kept.has(path)) continue;
    kept.add(path);
    wanted.push(
      ...metafile.outputs[path].imports.map((loaded) => loaded.path).filter((name) => paths.includes(name)),
    );
  }
  return [...kept].map((path) => relative(OUT, resolve(ROOT, path))).sort();
}

function packagesIn(metafile) {
  const names = Object.keys(metafile.inputs).map(
    (path) => path.match(/(?:^|.*\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1],
  );
  return [...new Set(names.filter(Boolean))].sort();
}

/** Writes licences/<package>.txt: every LICENSE and NOTICE of what was bundled, at least its declared licence. */
async function keepLicences(packages) {
  await mkdir(join(OUT, "licences"), { recursive: true });
  for (const name of packages) {
    const folder = join(ROOT, "node_modules", name);
    const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const texts = [`${name} ${about.version}, ${about.license}\n`];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!/^(licen[cs]e|notice)/i.test(entry.name)) continue;
      const path = join(folder, entry.name);
      const files = entry.isDirectory() ? (await readdir(path)).map((file) => join(path, file)) : [path];
      for (const file of files) texts.push(await readFile(file, "utf8"));
    }
    await writeFile(join(OUT, "licences", `${name.replace("/", "__")}.txt`), texts.join("\n"));
  }
}

async function copyFonts() {
  await mkdir(join(OUT, "fonts"), { recursive: true });
  for (const [name, source] of Object.entries(FONT_FILES)) {
    await copyFile(join(ROOT, source), join(OUT, "fonts", name));
  }
}

const metafile = await bundle();
await Promise.all([keepLicences(packagesIn(metafile)), copyFonts()]);
await writeFile(join(OUT, "manifest.json"), `${JSON.stringify(manifestOf(metafile), null, 2)}\n`);
for (const [page, bundles] of Object.entries(KEPT))
  await writeFile(join(OUT, `${page}.json`), `${JSON.stringify(keptFiles(metafile, bundles), null, 2)}\n`);
