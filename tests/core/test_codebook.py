"""The codebook says what columns mean, and needs no pandas."""

import subprocess
import sys

import pytest

from ldn_analysis.core.codebook import CATEGORIES, ColumnName, describe_column, get_resource


def test_the_categories_are_those_of_the_data():
    fields = get_resource("improvement")["schema"]["fields"]
    (field,) = (field for field in fields if field["name"] == "improvement")
    assert tuple(field["constraints"]["enum"]) == CATEGORIES


def test_columns_have_a_title_and_a_unit_or_keep_their_name():
    assert describe_column("esr_mm_h") == ("baseline ESR", "mm/h")
    assert describe_column("weight") == ("weight", "")
    assert describe_column(ColumnName("w", "weight", "kg")) == ("weight", "kg")


def test_an_unknown_table_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"no dataset 'trial'\. Did you mean 'trials'\? Known: "):
        get_resource("trial")


def test_it_loads_no_pandas():
    code = "import sys, ldn_analysis.core.codebook; print({'pandas', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
