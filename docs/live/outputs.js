// Outputs of a cell: from the form of a notebook file to the page.

const text = (lines) => (Array.isArray(lines) ? lines.join("") : (lines ?? ""));

function make(tag, className, content) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = content;
  return element;
}

// The line of the cell, what went wrong, and the whole of it on demand.
function showError({ ename, evalue, traceback }) {
  const box = make("div", "error", "");
  const lines = (traceback ?? []).flatMap((part) => part.split("\n"));
  const places = lines.map((line) => /^ *File "cell .*", line (\d+)/.exec(line)?.[1]).filter(Boolean);
  const where = places.length ? `Line ${places[0]} of this cell: ` : "";
  box.append(make("p", "", `${where}${ename}: ${evalue}`));
  if (ename === "NameError") {
    box.append(make("p", "", "If the name is defined in a cell above: run that cell first, or all above."));
  }
  if (lines.length) {
    const more = document.createElement("details");
    more.append(make("summary", "", "Whole message"), make("pre", "", lines.join("\n")));
    box.append(more);
  }
  return box;
}

function showOutput(output) {
  if (output.output_type === "stream") return make("pre", output.name, text(output.text));
  if (output.output_type === "error") return showError(output);
  const { data } = output;
  if (data["text/html"]) {
    const box = make("div", "html", "");
    box.innerHTML = text(data["text/html"]); // the page's policy lets no script of it run
    return box;
  }
  if (data["image/png"]) {
    const picture = document.createElement("img");
    picture.src = `data:image/png;base64,${text(data["image/png"]).trim()}`;
    picture.alt = "Figure drawn by this cell; show(figure, alt=...) describes one.";
    return picture;
  }
  return make("pre", "", text(data["text/plain"]));
}

export function showOutputs(place, outputs) {
  place.replaceChildren(...outputs.map(showOutput));
  markWide(place);
}

// What has to be moved sideways can be moved with the keyboard.
export function markWide(place) {
  for (const picture of place.querySelectorAll("figure img")) {
    picture.classList.toggle("broad", picture.getAttribute("width") > 500);
  }
  for (const box of place.querySelectorAll(".html, pre, .ldn-wide")) {
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "output");
    }
  }
}

// What is printed bit by bit is one text; a carriage return starts its line again.
export function addOutput(outputs, output) {
  const last = outputs.at(-1);
  if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
    last.text += output.text;
  } else {
    outputs.push(output);
  }
  const stream = outputs.at(-1);
  if (stream.output_type === "stream" && stream.text.includes("\r")) {
    stream.text = stream.text.replace(/\r\n/g, "\n").replace(/[^\n]*\r/g, "");
  }
}

// Controls live only as long as the Python that they were made by.
export const isLive = (output) => text(output.data?.["text/html"]).includes("data-control=");
