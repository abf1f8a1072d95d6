from __future__ import annotations

import csv
import io
from datetime import date

import pandas as pd
import pytest

from orchestration.publishing.csv_cells import harmless_csv


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "+1+2",
        "-2+3",
        "@SUM(A1)",
        " =1+1",
        "\t=1",
        "\n=1",
        "＝1+1",
    ],
)
@pytest.mark.parametrize("dtype", ["str", "object"])
def test_a_text_that_begins_like_a_formula_is_quoted(text: str, dtype: str) -> None:
    table = pd.DataFrame({"label": pd.Series([text, "billing", None], dtype=dtype)})
    rows = list(csv.reader(io.StringIO(harmless_csv(table), newline="")))
    assert [row[0] if row else "" for row in rows] == ["label", f"'{text}", "billing", ""]


def test_numbers_dates_and_other_texts_stay_as_they_are() -> None:
    table = pd.DataFrame(
        {
            "change": [-2, 3],
            "ratio": [-0.5, float("nan")],
            "day": pd.to_datetime(["2024-03-01", "2024-03-02"]),
            "python_day": [date(2024, 3, 1), None],
            "name": ["Ann = Bob", "a-b, c"],
        }
    )
    assert harmless_csv(table) == (
        "change,ratio,day,python_day,name\n"
        "-2,-0.5,2024-03-01,2024-03-01,Ann = Bob\n"
        '3,,2024-03-02,,"a-b, c"\n'
    )


def test_a_carriage_return_begins_no_row() -> None:
    table = pd.DataFrame({"label": ["\r=1", "a\r\n=b"], "threads": [1, 2]})
    rows = list(csv.reader(io.StringIO(harmless_csv(table), newline="")))
    assert rows == [["label", "threads"], ["'\n=1", "1"], ["a\n=b", "2"]]


def test_a_table_without_rows_has_its_header() -> None:
    assert harmless_csv(pd.DataFrame({"a": [], "=b": []})) == "a,'=b\n"
