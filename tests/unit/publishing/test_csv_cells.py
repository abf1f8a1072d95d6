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
        "＝1+1",
        "﹦1+1",
        "\u2212" + "1",
        "\u200b=1",
        "\ufeff\u2060+1",
        "\u00ad @SUM(A1)",
        "\u3164=1",
        '"=1+1',
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
    assert rows == [["label", "threads"], ["'\n'=1", "1"], ["a\n'=b", "2"]]


def test_a_table_without_rows_has_its_header() -> None:
    assert harmless_csv(pd.DataFrame({"a": [], "=b": []})) == "a,'=b\n"


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("\t=1", "'\t'=1"),
        ("\n=1", "'\n'=1"),
        ("a; \u200b=1;b;@x", "a;' \u200b=1;b;'@x"),
        ("a\t-1\tb", "a\t'-1\tb"),
        ("a\n+1\r\n=2", "a\n'+1\n'=2"),
        ("a\u2028=1", "a\u2028'=1"),
        ('a;"=1"', 'a;\'"=1"'),
        ("=1;=2", "'=1;'=2"),
        ("a;;=1", "a;;'=1"),
    ],
)
def test_so_is_what_begins_a_cell_where_others_part_them(text: str, harmless: str) -> None:
    """Spreadsheets of other countries part cells by semicolons, and paste parts them by tabs."""
    table = pd.DataFrame({"label": [text]})
    assert next(csv.reader(io.StringIO(harmless_csv(table), newline="")), None) == ["label"]
    assert list(csv.reader(io.StringIO(harmless_csv(table), newline="")))[1] == [harmless]


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_no_spreadsheet_finds_a_formula_however_it_parts_cells(separator: str) -> None:
    texts = ["=1", "a;=1", 'a;"=1";x', "a\t=1", "a\n=1", 'a";=1', "\u200b;\u200b=1"]
    table = pd.DataFrame({"first": texts, "threads": 1, "second": texts})
    reader = csv.reader(io.StringIO(harmless_csv(table), newline=""), delimiter=separator)
    cells = [cell.strip('\u200b "') for row in reader for cell in row]
    assert len(cells) >= 7
    assert not [cell for cell in cells if cell.startswith("=")]


def test_texts_of_few_values_are_harmless_too() -> None:
    table = pd.DataFrame({"label": pd.Categorical(["=1", "b", None, "=1"])})
    assert harmless_csv(table) == "label\n'=1\nb\n\"\"\n'=1\n"


@pytest.mark.parametrize(
    "text", ["a = b", "a; b", "x - y", "a;b=1", "me@example.com", "5-1", "a,-b"]
)
def test_texts_that_are_no_formulas_stay_as_they_are(text: str) -> None:
    table = pd.DataFrame({"label": [text]})
    assert list(csv.reader(io.StringIO(harmless_csv(table), newline="")))[1] == [text]
