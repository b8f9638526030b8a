// A cell's editor.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { pythonLanguage } from "@codemirror/lang-python";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

export function makeEditor(parent, { source, label, run, change }) {
  const press = (next) => () => {
    run(next);
    return true;
  };
  const state = EditorState.create({
    doc: source,
    extensions: [
      keymap.of([
        { key: "Shift-Enter", run: press(true) },
        { key: "Mod-Enter", run: press(false) },
        ...defaultKeymap,
        ...historyKeymap,
        indentWithTab, // Escape, then Tab leaves the editor
      ]),
      history(),
      lineNumbers(),
      pythonLanguage,
      indentUnit.of("    "),
      indentOnInput(),
      bracketMatching(),
      syntaxHighlighting(classHighlighter),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
      EditorView.updateListener.of((update) => update.docChanged && change()),
    ],
  });
  return new EditorView({ state, parent });
}

export function replaceText(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}
