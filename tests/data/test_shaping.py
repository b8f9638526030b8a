"""Designs, reductions, repeated rows and sequences of tables in their own words."""

import pytest

from ldn_analysis import DataError, read_table

PAIRED = {"participant": "id", "condition": "arm", "outcome": "y"}


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "mine.csv"
        path.write_text(text, encoding="utf-8")
        return read_table(path, **options)

    return read


def refuse(read, text, **options):
    with pytest.raises(DataError) as caught:
        read(text, **options)
    return caught.value.problems


def make_rows(n, arms="ab", more=""):
    head = "id,arm,y" + (f",{more}" if more else "")
    return (
        head
        + "\n"
        + "".join(f"{i},{arm},{3 * i % 7 + k}\n" for i in range(n) for k, arm in enumerate(arms))
    )


def test_designs_are_seen(read):
    notes = read(make_rows(4), **PAIRED).attrs["notes"]
    assert notes == ["design: the same participants under a, b: 4 of 4 participants have both"]
    notes = read("arm,y\na,1\na,2\nb,3\nb,5\n", condition="arm", outcome="y").attrs["notes"]
    assert notes == [
        "no column names the participants: each row is taken as another participant",
        "design: independent groups (a, b), 4 participants, none in two of them",
    ]
    assert read("y\n1\n2\n", outcome="y").attrs["notes"][-1] == "design: one group, 2 participants"


def test_a_design_that_the_rows_are_not_is_refused(read):
    text = refuse(read, make_rows(4), **PAIRED, design="parallel")
    assert text == [
        "--design parallel: 4 participants have rows of two conditions; use --design paired"
    ]
    text = refuse(read, make_rows(4), **PAIRED, design="crossover")
    assert text[0].startswith("--design crossover: the order of the conditions is not known")
    groups = "id,arm,y\n1,a,1\n2,a,2\n3,b,3\n4,b,5\n"
    (text,) = refuse(read, groups, **PAIRED, design="paired")
    assert "0 participants have rows of two conditions, and 3 are needed; see whether 'id'" in text


def test_reduction_is_computed_and_said(read):
    rows = "arm,b,e\nx,8,6\nx,5,5\nz,4,5\nz,10,1\n"
    frame = read(rows, condition="arm", baseline="b", end="e")
    assert frame["reduction_percent"].tolist() == [25, 0, -25, 90]
    assert (
        "reduction_percent is (b - e) / b x 100; positive means less at the end"
        in frame.attrs["notes"]
    )
    frame = read(rows, condition="arm", baseline="b", end="e", reduction="absolute", outcome="fall")
    assert frame["fall"].tolist() == [2, 0, -1, 9]
    (text,) = refuse(read, rows.replace("x,8", "x,0"), condition="arm", baseline="b", end="e")
    assert text.startswith("line 2, b: '0' is not above zero")
    taken = rows.replace("arm,b,e", "arm,b,e,fall").replace("\n", ",1\n").replace("fall,1", "fall")
    (text,) = refuse(read, taken, condition="arm", baseline="b", end="e", outcome="fall")
    assert "is a column already" in text


def test_repeated_rows_are_refused_or_averaged(read):
    rows = "id,arm,y,week,site\n1,a,1,1,n\n1,a,3,2,n\n2,a,5,1,n\n3,b,2,1,s\n3,b,4,2,t\n4,b,8,1,s\n"
    (text,) = refuse(read, rows, **PAIRED)[:1]
    assert text == (
        "line 3, id and arm: '1, a' duplicates line 2 with another y and week; find out which row is "
        "right and keep only that, or average such rows with --repeated mean"
    )
    frame = read(rows, **PAIRED, repeated="mean")
    assert frame["y"].tolist() == [2, 5, 3, 8]
    assert list(frame) == ["id", "arm", "y", "week"]
    assert frame.attrs["notes"][0] == (
        "6 rows became 4: the mean of each participant's rows under each condition; left out, since "
        "it varies: site"
    )


CROSSOVER = "id,drug,y,order,period\n1,p,1,AB,1\n1,q,2,AB,2\n2,p,3,BA,2\n2,q,5,BA,1\n3,p,2,AB,1\n3,q,4,AB,2\n"


def test_sequence_codes_and_periods(read):
    names = PAIRED | {"condition": "drug", "sequence": "order"}
    codes = {"A": "p", "B": "q"}
    frame = read(CROSSOVER, **names, sequence_codes=codes, period="period")
    assert frame["order"].tolist()[:3] == ["p then q", "p then q", "q then p"]
    assert frame.attrs["notes"][-1].startswith("design: crossover with known order")
    wrong = CROSSOVER.replace("2,p,3,BA,2\n2,q,5,BA,1", "2,p,3,BA,1\n2,q,5,BA,2")
    problems = refuse(read, wrong, **names, sequence_codes=codes, period="period")
    assert problems[0] == "line 4, order: 'q then p' contradicts period, which says 'p then q'"
    (text, *_) = refuse(read, CROSSOVER, **names, sequence_codes={"A": "p", "C": "q"})
    assert text == "line 2, order: 'AB' is not made of the letters of the codes: A, C"
    made = read(CROSSOVER, **(names | {"sequence": None}), period="period")
    assert made["sequence"].tolist() == frame["order"].tolist()
