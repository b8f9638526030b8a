"""Every "(Author year)" of the package, the docs and the notebooks has its entry in the bibliography."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REFERENCES = tomllib.loads((ROOT / "docs" / "references.toml").read_text(encoding="utf-8"))
NAME = r"(?:(?:[dD]el|[vV]an|von|[lL]e|Montiel) )?[A-Z][\w'-]*[a-z]\w*"
AUTHORS = re.compile(
    rf"({NAME})((?:, {NAME})*(?: and {NAME}| et al\.)?)(?:'s?)? \(?((?:18|19|20)\d\d)\b"
)
NOT_AUTHORS = {  # trials, months and what else may stand before a year
    "Pilot", "Crossover", "Since", "In", "Python", "Between", "Until", "From", "Copyright", "Rheumatol", "Rheum", "Med", "The", "Pain", "Rep",
}  # fmt: skip
MISSING = {  # cited, but the full citation could not be confirmed: where it is needed, and why
    ("Lu", "2019"): "Lu, Qiu and Deng 2019, on type S and type M errors: volume and pages unknown",
}


def find_citations(text):
    """First author and year of every citation in a text."""
    text = re.sub(r"\s+(?:# )?", " ", text)
    return {
        (match[1].removesuffix("'s").removesuffix("-Wilk"), match[3])
        for match in AUTHORS.finditer(text)
        if match[1] not in NOT_AUTHORS
    }


KNOWN = {citation for key in REFERENCES for citation in find_citations(key)}
CODE = sorted((ROOT / "ldn_analysis").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEXTS = [*CODE, *NOTEBOOKS, *sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]


def read(path):
    """The text of a file; of a notebook what its cells hold, without their outputs."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = " ".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_citation_has_an_entry(path):
    found = find_citations(read(path))
    assert not found - KNOWN - MISSING.keys()


def test_entries_are_in_order_and_those_that_are_missing_are_cited():
    used = set().union(*(find_citations(read(path)) for path in TEXTS))
    assert not MISSING.keys() - used
    assert list(REFERENCES) == sorted(REFERENCES, key=str.casefold)
    assert len(KNOWN) == len(REFERENCES)


@pytest.mark.parametrize("key", REFERENCES)
def test_an_entry_is_a_whole_citation(key):
    """First author and year as in the key, a title, and where it appeared."""
    ((author, year),) = find_citations(key)
    text = REFERENCES[key]
    assert text.startswith(author.partition(" ")[0])
    assert re.search(rf"\b{year}\b", text.rsplit(". ", 1)[-1] + text)
    assert len(text.split(". ")) >= 3
    assert text.endswith(".")


def test_citations_are_seen():
    text = "As (Wilson 1927; Agresti and Coull 1998), Fisher's (1921) and van Zwet and Cator 2021, Pilot 2009."
    assert find_citations(text) == {
        ("Wilson", "1927"), ("Agresti", "1998"), ("Fisher", "1921"), ("van Zwet", "2021"),
    }  # fmt: skip
