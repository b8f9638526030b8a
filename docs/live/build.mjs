// Called by docs/live.py: bundles the scripts into the folder named, and turns the formulas that
// come as JSON on standard input ([tex, display] each) into MathML on standard output.

import { createRequire } from "node:module";
import { buildSync } from "esbuild";

const require = createRequire(import.meta.url);
const out = process.argv[2];

for (const name of ["page", "worker"]) {
  buildSync({
    entryPoints: [new URL(`${name}.js`, import.meta.url).pathname.replace(/^\/([A-Z]:)/, "$1")],
    outfile: `${out}/${name}.js`,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "eof",
    logLevel: "error",
  });
}

let input = "";
for await (const part of process.stdin) input += part;
const mathjax = await require("mathjax").init({ loader: { load: ["input/tex"] } });
const formulas = JSON.parse(input).map(([tex, display]) => mathjax.tex2mml(tex, { display }));
process.stdout.write(JSON.stringify(formulas));
