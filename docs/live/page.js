// A notebook's page: its cells can be edited and run.

import { makeEditor, replaceText } from "./editor.js";
import { addOutput, isLive, markWide, showOutputs } from "./outputs.js";
import { canRun, Python } from "./python.js";
import { forget, keep, recall } from "./store.js";

const NAME = document.body.dataset.notebook;
const AGAIN = "What the cells had defined is gone: run them again, from the top.";
const NOT_STORED = "This address begins with http, so the browser may load it again for the next page.";
const find = (id) => document.getElementById(id);
const join = (lines) => (Array.isArray(lines) ? lines.join("") : lines);
const bar = Object.fromEntries(
  ["said", "loading", "progress", "count", "run-all", "stop", "restart", "download", "open", "bring", "forget"].map((id) => [id, find(id)]),
);

let notebook;
let cells = [];
let queue = [];
let running;

function say(words) {
  if (bar.said.textContent !== words) bar.said.textContent = words;
  bar.loading.hidden = true;
}

// Not in the region that is read aloud, or each of hundreds of steps would be.
function showProgress(here, total) {
  say("Loading Python");
  bar.loading.hidden = false;
  bar.progress.value = here / total;
  bar.count.textContent = `${(here / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`;
}

const python = new Python(say, showProgress);

class Cell {
  constructor(element, saved, number) {
    Object.assign(this, { element, saved, number, id: saved.id });
    this.original = join(saved.source);
    this.committed = saved.outputs;
    this.outputs = saved.outputs;
    this.place = element.querySelector(".outputs");
    this.view = makeEditor(this.replaceCode(), {
      source: this.original,
      label: `Code of cell ${number}`,
      run: (next) => this.runByKey(next),
      change: () => this.change(),
    });
    this.addButtons();
    this.isMine = false; // whether the outputs are the reader's
  }

  replaceCode() {
    const place = document.createElement("div");
    place.className = "editor";
    this.element.querySelector("pre.code").replaceWith(place);
    return place;
  }

  addButtons() {
    const row = document.createElement("div");
    row.className = "buttons";
    this.state = document.createElement("span");
    this.state.className = "state";
    const add = (name, label, action) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.setAttribute("aria-label", `${name}: ${label}`);
      button.addEventListener("click", action);
      row.append(button);
      return button;
    };
    const here = `cell ${this.number}`;
    add("Run", here, () => enqueue([this]));
    add("Run all above", here, () => enqueue(inOrder(cells.slice(0, cells.indexOf(this)))));
    this.undo = add("Undo my changes", here, () => this.reset());
    this.undo.hidden = true;
    row.append(this.state);
    this.element.insertBefore(row, this.place);
  }

  get source() {
    return this.view.state.doc.toString();
  }

  runByKey(next) {
    enqueue([this]);
    if (next) cells[cells.indexOf(this) + 1]?.view.focus();
  }

  change() {
    this.undo.hidden = this.source === this.original && !this.isMine;
    keepSoon();
  }

  reset() {
    replaceText(this.view, this.original);
    this.show(this.committed, false, "");
    this.view.focus();
    this.undo.hidden = true;
    keepSoon();
  }

  show(outputs, isMine, state) {
    Object.assign(this, { outputs, isMine });
    showOutputs(this.place, outputs);
    this.state.textContent = state;
    this.undo.hidden = this.source === this.original && !isMine;
  }

  async run() {
    this.show([], true, "running");
    this.element.setAttribute("aria-busy", "true");
    const outputs = this.outputs;
    const start = performance.now();
    const clock = setInterval(() => {
      this.state.textContent = `running, ${Math.round((performance.now() - start) / 1000)} s`;
    }, 1000);
    let drawn = false;
    const hear = (output) => {
      if (output.output_type === "control") return changeControl(output);
      addOutput(outputs, output);
      if (drawn) return;
      drawn = true;
      setTimeout(() => {
        drawn = false;
        showOutputs(this.place, outputs);
      }, 50);
    };
    try {
      await python.run(this.source, String(this.number), hear);
      const failed = outputs.some((output) => output.output_type === "error");
      this.show(outputs, true, failed ? "error" : "your output");
      return !failed;
    } catch (error) {
      this.show(outputs, true, "stopped");
      throw error;
    } finally {
      clearInterval(clock);
      this.element.removeAttribute("aria-busy");
    }
  }
}

// --- running ------------------------------------------------------------------------------

function enqueue(wanted) {
  for (const cell of wanted) {
    if (queue.includes(cell)) continue;
    queue.push(cell);
    if (cell !== running) cell.state.textContent = "waiting";
  }
  if (!running) work();
}

// Sliders are made when they are asked for.
const inOrder = (some) => some.filter(({ element }) => !element.dataset.tags.includes("widget"));

function clearQueue() {
  for (const cell of queue) cell.state.textContent = cell.isMine ? "your output" : "";
  queue = [];
}

async function work() {
  bar.stop.disabled = bar.restart.disabled = false;
  let last;
  while ((running = queue.shift())) {
    last = running;
    try {
      await python.start();
      say(`Cell ${last.number} runs`);
      if (!(await last.run())) {
        clearQueue();
        say(`Cell ${last.number} gave an error`);
        last = undefined;
      }
    } catch (error) {
      clearQueue();
      tellEnd(error);
      last = undefined;
    }
    keepSoon();
  }
  bar.stop.disabled = true;
  if (last) say(`Cell ${last.number} has run`);
}

function tellEnd(error) {
  retireControls();
  if (error.cause === "loading") say(`Python could not be loaded (${error.message}): is the server there? Run the cell again.`);
  else if (error.message === "stopped") say(`Stopped. Python was ended and starts anew with the next cell. ${AGAIN}`);
  else if (error.message === "restarted") say(`Python was started anew. ${AGAIN}`);
  else say(`Python broke off (${error.message}) and starts anew with the next cell. ${AGAIN}`);
}

function endPython(word) {
  const wasRunning = Boolean(running);
  for (const cell of cells) if (cell.isMine && cell !== running) cell.state.textContent = "your output, from before";
  python.stop(new Error(word));
  if (!wasRunning) tellEnd(new Error(word));
}

// --- controls -----------------------------------------------------------------------------

let moves = new Map();
let moving = false;

function changeControl({ number, html, value }) {
  for (const element of document.querySelectorAll(`[data-control="${number}"]`)) {
    if (html !== undefined) element.innerHTML = html;
    else element.value = value;
  }
}

async function move({ target }) {
  const control = target.closest("input, select, button");
  if (control?.dataset.control === undefined) return;
  moves.set(control.dataset.control, control.value);
  if (moving) return; // the last value of each is sent when Python has answered
  moving = true;
  try {
    while (moves.size) {
      const [[number, value]] = moves;
      moves.delete(number);
      await python.move(Number(number), value, (output) => {
        if (output.output_type === "control") changeControl(output);
      });
    }
  } catch (error) {
    moves.clear();
    if (!running) tellEnd(error);
  } finally {
    moving = false;
  }
}

function retireControls() {
  for (const control of document.querySelectorAll("input[data-control], select[data-control], button[data-control]")) {
    control.disabled = true;
  }
}

// --- what is kept, taken away and brought ---------------------------------------------------

let keeping;

function keepSoon() {
  clearTimeout(keeping);
  keeping = setTimeout(keepNow, 300);
}

function collect() {
  const changed = cells.filter((cell) => cell.isMine || cell.source !== cell.original);
  return changed.map(({ id, source, outputs, isMine }) => ({
    id,
    source,
    isMine,
    outputs: isMine ? outputs.filter((output) => !isLive(output)) : [],
  }));
}

async function keepNow() {
  try {
    await keep(NAME, collect());
  } catch {
    find("kept").textContent = "This browser keeps nothing of this page (a private window?): download what you want to keep.";
  }
}

function restore(kept, state) {
  let count = 0;
  for (const { id, source, outputs, isMine } of kept) {
    const cell = cells.find((other) => other.id === id);
    if (!cell) continue;
    count += 1;
    if (source !== cell.source) replaceText(cell.view, source);
    cell.show(isMine ? outputs : cell.committed, isMine, isMine ? state : "");
  }
  return count;
}

function makeNotebook() {
  const copy = structuredClone(notebook);
  for (const saved of copy.cells) {
    const cell = cells.find(({ id }) => id === saved.id);
    if (!cell) continue;
    saved.source = cell.source;
    // An output that does not come from this code is left out.
    const fits = cell.isMine || cell.source === cell.original;
    saved.outputs = fits ? cell.outputs.filter((output) => !isLive(output)) : [];
    saved.outputs = saved.outputs.map((output) =>
      output.output_type === "execute_result" ? { ...output, execution_count: output.execution_count ?? null } : output,
    );
    saved.execution_count = null;
  }
  return JSON.stringify(copy, null, 1) + "\n";
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([makeNotebook()], { type: "application/x-ipynb+json" }));
  link.download = `${NAME}.ipynb`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  say(`${NAME}.ipynb was written to your downloads`);
}

async function openNotebook(file) {
  let saved;
  try {
    saved = JSON.parse(await file.text()).cells.filter((cell) => cell.cell_type === "code");
  } catch {
    return say(`${file.name} is not a notebook; nothing was changed`);
  }
  const isOurs = (cell) => cells.some(({ id }) => id === cell.id);
  const known = saved.filter(isOurs).map(({ id, source, outputs }) => {
    return { id, source: join(source), outputs: outputs ?? [], isMine: Boolean(outputs?.length) };
  });
  if (known.length < saved.length / 2) {
    return say(`${file.name} is not a copy of this notebook; nothing was changed`);
  }
  restore(known, "output of the file");
  keepSoon();
  const left = saved.length - known.length;
  say(`${file.name} was opened${left ? `; ${left} of its code cells have no place on this page` : ""}`);
}

async function bringTable(file) {
  await python.put(file.name, new Uint8Array(await file.arrayBuffer()));
  say(`Cells can read it now, under the name ${JSON.stringify(file.name)}. It stays in this page and is gone when you close it.`);
}

async function forgetAll() {
  if (!confirm("Put every cell of this page back as it was, and forget your code and outputs?")) return;
  for (const cell of cells) cell.reset();
  clearTimeout(keeping);
  await forget(NAME);
  window.scrollTo(0, 0);
  bar.said.focus();
  say("This page is as it was");
}

function take(input, action) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    try {
      await action(file);
    } catch (error) {
      say(`${file.name}: ${error.message}`);
    }
  });
}

// --- the page -----------------------------------------------------------------------------

async function refuse() {
  find("bar").remove();
  const note = find("refusal");
  note.hidden = false;
  // Only where the book stands beside these pages.
  const book = note.querySelector("a");
  const answer = await fetch(book.href, { method: "HEAD" }).catch(() => ({ ok: false }));
  book.hidden = !answer.ok;
}

async function main() {
  for (const place of document.querySelectorAll(".outputs")) markWide(place);
  if (!canRun()) return refuse();
  notebook = await (await fetch(`notebooks/${NAME}.ipynb`)).json();
  const saved = Object.fromEntries(notebook.cells.map((cell) => [cell.id, cell]));
  const elements = [...document.querySelectorAll(".cell")];
  cells = elements.map((element, i) => new Cell(element, saved[element.dataset.cell], i + 1));
  bar.said.textContent += globalThis.caches ? " The browser keeps it." : ` ${NOT_STORED}`;
  try {
    const kept = await recall(NAME);
    if (kept?.length) {
      restore(kept, "your output, from before");
      say("Your code and outputs were kept. Python itself starts anew with the first cell you run.");
    }
  } catch {
    // A private window may keep nothing.
  }
  bar["run-all"].addEventListener("click", () => enqueue(inOrder(cells)));
  bar.stop.addEventListener("click", () => endPython("stopped"));
  bar.restart.addEventListener("click", () => endPython("restarted"));
  bar.download.addEventListener("click", download);
  bar.forget.addEventListener("click", forgetAll);
  take(bar.open, openNotebook);
  take(bar.bring, bringTable);
  document.addEventListener("input", move);
  document.addEventListener("click", (event) => event.target.closest("button[data-control]") && move(event));
  document.body.dataset.ready = "true";
}

main();
