// The worker that holds Python: CPython as one WebAssembly module, with its files in memory.

import { ConsoleStdout, Directory, File, OpenFile, PreopenDirectory, WASI } from "@bjorn3/browser_wasi_shim";

const folder = (entries = {}) => new Directory(new Map(Object.entries(entries)));
const work = folder(); // where a cell finds and leaves files
let python;

// The library: length of the list of files, the list, and the files one after the other.
async function unpack(blob) {
  const stream = blob.stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = await new Response(stream).arrayBuffer();
  const length = new DataView(bytes).getUint32(0, true);
  const names = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  const root = folder();
  let start = 4 + length;
  for (const [name, size] of names) {
    const parts = name.split("/");
    const last = parts.pop();
    let place = root;
    for (const part of parts) {
      if (!place.contents.has(part)) place.contents.set(part, folder());
      place = place.contents.get(part);
    }
    const file = new File([], { readonly: true });
    file.data = new Uint8Array(bytes, start, size); // no copy
    place.contents.set(last, file);
    start += size;
  }
  return root;
}

async function start({ module, library }) {
  // The module looks for its library in a ZIP file of this name; a folder of the name does as well,
  // and spares the unpacking at each import.
  const lib = folder({ "python315.zip": await unpack(library) });
  const root = new Map(Object.entries({ usr: folder({ local: folder({ lib }) }), tmp: folder(), work }));
  const files = [
    new OpenFile(new File([])),
    ConsoleStdout.lineBuffered((line) => postMessage({ type: "output", output: JSON.parse(line) })),
    ConsoleStdout.lineBuffered((line) => console.info(line)), // from below Python
    new PreopenDirectory("/", root),
  ];
  const settings = ["TMPDIR=/tmp", "HOME=/tmp", "MPLCONFIGDIR=/tmp", "PYTHONTZPATH="];
  const wasi = new WASI(["python"], settings, files, { debug: false });
  const imports = { wasi_snapshot_preview1: wasi.wasiImport, host: { call: () => 0 } };
  python = await WebAssembly.instantiate(module, imports);
  wasi.inst = python;
  python.exports._initialize();
  turn("import live_kernel");
}

// Carries out Python source; what it defines stays.
function turn(source) {
  const bytes = new TextEncoder().encode(source);
  const place = python.exports.host_alloc(bytes.length) >>> 0;
  new Uint8Array(python.exports.memory.buffer, place, bytes.length).set(bytes);
  const code = python.exports.turn(place, bytes.length);
  if (code !== 0) throw new Error(`Python ended with ${code}`);
}

const DO = {
  start,
  run: ({ code, name }) => turn(`live_kernel.run(${JSON.stringify(code)}, ${JSON.stringify(name)})`),
  // A control of the page was moved: Python redraws what follows it.
  move: ({ control, value }) => turn(`live_kernel.move(${control}, ${JSON.stringify(String(value))})`),
  put: ({ name, bytes }) => work.contents.set(name, new File(bytes)),
};

onmessage = async ({ data }) => {
  try {
    await DO[data.type](data);
    postMessage({ type: "done", task: data.task });
  } catch (error) {
    postMessage({ type: "broken", task: data.task, message: String(error) });
  }
};
