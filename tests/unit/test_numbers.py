"""A number is said once, in the register: what follows is up to date, and nothing lacks it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from lab.numbers import DOCS, MODELS, SEMANTIC, files
from lab.numbers.register import shown_numbers
from orchestration.publishing.ready_queries import CLOCKS, QUANTILES, SUMS, TIMED
from orchestration.warehouse.numbers import read_register
from tests.oracle.layout import SERIES_NUMBERS

SUPERSET = Path("bi/superset/assets/datasets/inbox/inbox_series.yaml")
PROJECT = Path(__file__).resolve().parents[2]


@cache
def made_files() -> dict[Path, str]:
    return files()


@cache
def superset_columns() -> set[str]:
    dataset = yaml.safe_load((PROJECT / SUPERSET).read_text(encoding="utf-8"))
    return {column["column_name"] for column in dataset["columns"]}


@pytest.mark.parametrize("path", [MODELS, SEMANTIC, DOCS], ids=lambda path: path.name)
def test_files_are_as_the_register_has_them(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == made_files()[path], "run: make numbers"


@pytest.mark.parametrize("name", shown_numbers("inbox"))
def test_the_oracle_knows_every_number(name: str) -> None:
    assert name in SERIES_NUMBERS


@pytest.mark.parametrize("name", shown_numbers("inbox"))
def test_superset_shows_every_number(name: str) -> None:
    assert name in superset_columns()


def test_the_page_reads_sums_and_quantiles_as_the_register_has_them() -> None:
    register = read_register()
    assert {register[name]["kind"] for name in SUMS} == {"sum"}
    for name, (measure, day) in TIMED.items():
        assert day == ("ended_date" if measure == "reply" else "thread_created_date")
        for clock in CLOCKS:
            for word, fraction in QUANTILES.items():
                number = register[f"{name}_{clock}_{word}"]
                assert (number["measure"], number["clock"]) == (measure, clock)
                assert number["fraction"] == fraction


def test_what_a_number_is_made_of_is_a_number() -> None:
    register = read_register()
    for name, number in register.items():
        for part in ("over", "under", "comes", "goes"):
            if part in number:
                assert register[number[part]]["kind"] == "sum", name


def test_every_sum_says_day_agent_and_records() -> None:
    kinds = read_register("record_kinds")
    for name, number in read_register().items():
        if number["kind"] == "sum":
            assert number["of"] in kinds, name
            assert number["day"].endswith("_date"), name
            assert number["whose"].endswith("_id"), name
