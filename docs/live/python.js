// Python as the page sees it: loaded once, started when it is needed, stopped by ending its worker.

const ASSETS = JSON.parse(document.getElementById("assets").textContent); // name, bytes of each
const STORE = "ldn-analysis-live";

// WebAssembly's exceptions in their final form (try_table): the least module that has one.
const TRY = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 31, 64, 0, 11, 11];

export function canRun() {
  return (
    typeof WebAssembly === "object" &&
    typeof DecompressionStream === "function" &&
    WebAssembly.validate(new Uint8Array(TRY))
  );
}

// From the browser's store if it is there, else from the server, counted as it comes.
async function get({ name }, count) {
  // A page that comes over plain http from another computer has no store; the browser may still cache.
  const store = globalThis.caches && (await caches.open(STORE));
  const stored = store && (await store.match(name));
  if (stored) {
    const blob = await stored.blob();
    count(blob.size);
    return blob;
  }
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`the server has no ${name} (${answer.status})`);
  const counter = new TransformStream({
    transform(chunk, out) {
      count(chunk.length);
      out.enqueue(chunk);
    },
  });
  const blob = await new Response(answer.body.pipeThrough(counter)).blob();
  if (store) {
    try {
      await store.put(name, new Response(blob));
    } catch {
      // No room: it is fetched again the next time.
    }
  }
  return blob;
}

async function forgetOthers() {
  if (!globalThis.caches) return;
  const store = await caches.open(STORE);
  const names = Object.values(ASSETS).map(({ name }) => new URL(name, location).href);
  for (const request of await store.keys()) {
    if (!names.includes(request.url)) await store.delete(request);
  }
}

export class Python {
  constructor(say, showProgress) {
    Object.assign(this, { say, showProgress });
    this.files = new Map(); // what the reader brought: put again after each start
    this.tasks = new Map();
    this.count = 0;
  }

  // Both files, once for all starts.
  load() {
    this.loading ??= this.loadOnce().catch((error) => {
      this.loading = undefined;
      throw new Error(error.message, { cause: "loading" });
    });
    return this.loading;
  }

  async loadOnce() {
    const total = ASSETS.python.bytes + ASSETS.library.bytes;
    let here = 0;
    const count = (bytes) => {
      here += bytes;
      this.showProgress(here, total);
    };
    count(0);
    const [packed, library] = await Promise.all([get(ASSETS.python, count), get(ASSETS.library, count)]);
    this.say("Starting Python");
    const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
    const answer = new Response(stream, { headers: { "Content-Type": "application/wasm" } });
    const module = await WebAssembly.compileStreaming(answer);
    forgetOthers();
    return { module, library };
  }

  start() {
    this.starting ??= this.startOnce().catch((error) => {
      this.stop();
      throw error;
    });
    return this.starting;
  }

  async startOnce() {
    const loaded = await this.load();
    this.say("Starting Python");
    const worker = new Worker("live/worker.js");
    this.worker = worker;
    worker.onmessage = ({ data }) => this.hear(worker, data);
    worker.onerror = (event) => this.hear(worker, { type: "broken", message: event.message });
    await this.send({ type: "start", ...loaded });
    for (const [name, bytes] of this.files) await this.send({ type: "put", name, bytes });
  }

  send(message) {
    this.count += 1;
    const task = this.count;
    this.worker.postMessage({ ...message, task });
    return new Promise((resolve, reject) => this.tasks.set(task, { resolve, reject }));
  }

  hear(worker, { type, task, output, message }) {
    if (worker !== this.worker) return; // of one that was ended
    if (type === "output") this.onoutput?.(output);
    else if (type === "done") {
      this.tasks.get(task)?.resolve();
      this.tasks.delete(task);
    } else {
      this.stop(new Error(message));
    }
  }

  // Ends the worker and all it held. What waits for it fails with the reason.
  stop(reason = new Error("stopped")) {
    this.worker?.terminate();
    this.worker = this.starting = undefined;
    for (const { reject } of this.tasks.values()) reject(reason);
    this.tasks.clear();
  }

  get started() {
    return this.starting !== undefined;
  }

  async run(code, name, onoutput) {
    await this.start();
    this.onoutput = onoutput;
    await this.send({ type: "run", code, name });
  }

  async move(control, value, onoutput) {
    this.onoutput = onoutput;
    await this.send({ type: "move", control, value });
  }

  async put(name, bytes) {
    this.files.set(name, bytes);
    if (this.started) {
      await this.start();
      await this.send({ type: "put", name, bytes });
    }
  }
}
