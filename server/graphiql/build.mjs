// Bundle the page and its workers into the folder that is named: `node build.mjs FOLDER`.
import { copyFile } from "node:fs/promises";
import { build } from "esbuild";

const [outdir] = process.argv.slice(2);
await build({
  entryPoints: {
    main: "main.jsx",
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".ttf": "file", ".svg": "dataurl" },
  assetNames: "[name]",
  publicPath: "/graphiql",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
await copyFile("index.html", `${outdir}/index.html`);
