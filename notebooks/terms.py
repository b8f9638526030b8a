"""Links from the first use of a term in a notebook to its entry in docs/glossary.md.

`build.py` puts them in before it executes; here stands only how a term is written in a text.
"""

import re
from pathlib import Path

from nbformat import NotebookNode

GLOSSARY = Path(__file__).resolve().parents[1] / "docs" / "glossary.md"
SPELLINGS = {  # where the entry's own name, in any case, is not what a text says
    "Adjusted R²": r"[Aa]djusted R²",
    "Analysis of covariance": r"[Aa]nalysis of covariance|ANCOVA",
    "BCa interval": r"BCa",
    "Bayes' theorem": r"Bayes'(?: theorem)?",
    "Benjamini-Hochberg procedure": r"Benjamini and Hochberg|Benjamini-Hochberg",
    "Benjamini-Yekutieli procedure": r"Benjamini and Yekutieli",
    "Bonferroni correction": r"Bonferroni",
    "Breusch-Pagan test": r"Breusch(?:-| and )Pagan",
    "Confidence interval": r"confidence interval|95 % CI",
    "Cook's distance": r"Cook's (?:distance|D)",
    "Crossover trial": r"crossover trial",
    "Degrees of freedom": r"degrees of freedom",
    "Equivalence test": r"TOST|two one-sided tests|[Ee]quivalence",
    "Fixed effect": r"[Ff]ixed[- ]effect",
    "Freedman-Lane": r"Freedman(?:-| and )Lane",
    "Hartung-Knapp": r"Hartung(?:-| and )Knapp",
    "Hedges' g": r"Hedges' \*?g\*?",
    "Holm's procedure": r"Holm",
    "Huber's line": r"Huber",
    "I²": r"I²",
    "Intrinsic credibility": r"intrinsically credible",
    "LAD": r"LAD|[Ll]east absolute",
    "Last observation carried forward": r"carried forward|LOCF",
    "McNemar test": r"McNemar",
    "Mid-p": r"[Mm]id-p",
    "Mixed model": r"mixed model",
    "NNTB": r"NNTB|NNTH|number needed to treat",
    "Oldham's method": r"Oldham",
    "Percentile interval": r"[Pp]ercentile",
    "Prediction interval": r"[Pp]redicti(?:on|ve) interval",
    "Proportional odds": r"[Pp]roportional[- ]odds",
    "Q": r"(?<![\w-])Q(?![\w-])",
    "R²": r"R²",
    "Random effects": r"[Rr]andom effects?|[Rr]andom-effects",
    "Responder": r"[Rr]esponders?",
    "Smallest effect of interest": r"smallest effect (?:of interest|that matters)",
    "Standard deviation": r"standard deviation",
    "Studentised residual": r"[Ss]tudentised",
    "tau": r"tau",
    "Type S and type M error": r"type [SM]",
    "Wilson interval": r"Wilson",
}
# What must stay as it is: code, formulas, links, headings, and the heads of tables.
KEPT = re.compile(r"```[\s\S]*?```|`[^`]*`|\$[^$]*\$|\[[^\]]*\]\([^)]*\)|^[#|].*$|<[^>]+>", re.M)
LINK = re.compile(r"\[([^\]]*)\]\(\.\./docs/glossary\.md#[^)]*\)")


def read_terms() -> list[str]:
    """The glossary's headings."""
    return re.findall(r"^## (.+)$", GLOSSARY.read_text(encoding="utf-8"), re.M)


def find_slug(term: str) -> str:
    """The anchor that GitHub, JupyterLab's preview and the book give a heading."""
    return re.sub(r"[^\w\- ]", "", term.lower()).replace(" ", "-")


def find_spelling(term: str) -> str:
    """How a term is written in a text, as a pattern."""
    own = re.escape(term)
    first = f"[{term[0].upper()}{term[0].lower()}]" if term[0].isalpha() else own[0]
    return SPELLINGS.get(term, first + own[1:])


def link_terms(notebook: NotebookNode) -> None:
    """Link each term where a notebook's text first uses it; links that were there are made anew."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in cells:
        cell.source = LINK.sub(r"\1", cell.source)
    # A long term first: "prediction interval" is not "interval".
    for term in sorted(read_terms(), key=len, reverse=True):
        pattern = re.compile(rf"(?<![\w-])(?:{find_spelling(term)})(?!\w)")
        any(_link_first(cell, pattern, find_slug(term)) for cell in cells)


def _link_first(cell: NotebookNode, pattern: re.Pattern, slug: str) -> bool:
    """Link the first use in one cell, if there is one outside of what is kept."""
    kept = [match.span() for match in KEPT.finditer(cell.source)]
    for match in pattern.finditer(cell.source):
        if not any(start < match.end() and match.start() < end for start, end in kept):
            link = f"[{match[0]}](../docs/glossary.md#{slug})"
            cell.source = cell.source[: match.start()] + link + cell.source[match.end() :]
            return True
    return False
