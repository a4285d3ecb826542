// Bundles entry.jsx and the editor's workers into static/: content-hashed files, a manifest, and the licences of all parts.
import { build } from 'esbuild';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, 'static');
const assets = path.join(out, 'assets');

// The editor of variables takes every field that cannot be null for one that must be written, also where it has a default.
const defaultsMayBeOmitted = {
  name: 'defaults may be omitted',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]graphql-language-service[\\/]esm[\\/]utils[\\/]getVariablesJSONSchema\.js$/ }, ({ path: file }) => {
      const parts = readFileSync(file, 'utf8').split('if (fieldRequired)');
      if (parts.length !== 2) throw new Error('graphql-language-service has changed: look at how it lists required fields.');
      return { contents: parts.join('if (fieldRequired && field.defaultValue === undefined)'), loader: 'js' };
    });
  },
};

const options = {
  absWorkingDir: here,
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  entryNames: '[name]-[hash]',
  format: 'iife',
  legalComments: 'none',
  loader: { '.ttf': 'dataurl', '.woff2': 'dataurl' },
  logLevel: 'warning',
  metafile: true,
  minify: true,
  outdir: assets,
  plugins: [defaultsMayBeOmitted],
  target: 'es2022',
};

const namesOf = ({ metafile }) => Object.keys(metafile.outputs).map((file) => path.basename(file));
const named = (names, start, end) => names.find((name) => name.startsWith(start) && name.endsWith(end));

const workers = await build({
  ...options,
  entryPoints: {
    'editor-worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql-worker': 'monaco-graphql/esm/graphql.worker.js',
    'json-worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
});
const workerNames = namesOf(workers);
const worker = (kind) => JSON.stringify(named(workerNames, `${kind}-worker-`, '.js'));

const page = await build({
  ...options,
  define: {
    ...options.define,
    EDITOR_WORKER: worker('editor'),
    GRAPHQL_WORKER: worker('graphql'),
    JSON_WORKER: worker('json'),
  },
  entryPoints: { explorer: 'entry.jsx' },
  jsx: 'automatic',
  // GraphiQL words its icons' labels after the names of their functions.
  keepNames: true,
});
const pageNames = namesOf(page);
const files = [...pageNames, ...workerNames].sort();

for (const stale of readdirSync(assets).filter((name) => !files.includes(name))) rmSync(path.join(assets, stale));

// The parts' licences ask that their text goes wherever their code goes.
function licences(results) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const packages = new Set(inputs.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean));
  return [...packages].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(here, folder, 'package.json'), 'utf8'));
    const texts = readdirSync(path.join(here, folder)).filter((file) => /^(licen[cs]e|notice|thirdparty)/i.test(file));
    const text = texts.map((file) => readFileSync(path.join(here, folder, file), 'utf8').trim()).join('\n\n');
    return `${name} ${version} (${license})\n\n${text}`.trim();
  });
}

mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'LICENSES.txt'), `${licences([page, workers]).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);

// Last, so that a manifest never names a file that is not there.
const manifest = { script: named(pageNames, 'explorer-', '.js'), style: named(pageNames, 'explorer-', '.css'), files };
writeFileSync(path.join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
