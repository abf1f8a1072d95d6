"""Marks planted where texts break out and values are wrong, looked for after a whole run."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration.settings import Settings
from tests.homes import command, parsed_dbt_folder, small_home
from tests.integration.test_pipeline import ZONE, published
from tests.marks import holds
from tests.oracle.generate import generate_inbox, write_inbox

TEXT = "wagtail"  # of texts: nowhere
VALUE = "redstart"  # of values that are wrong: in quarantine, and nowhere in Dagster's storage
TIME = "2024-03-28T10:00:00Z"
FILES = {
    "messages.broken.csv": (
        "message_id,thread_id,sent_at,author_type,body,is_private\n"
        f"x1,x,{TIME},user,all well,false\n"
        f"x2,x,{TIME},user,{TEXT}, says\n"
        f"{TEXT},{TEXT},{TIME},user,{TEXT},false\n"
    ),
    "threads.subjects.csv": (
        "thread_id,created_at,updated_at,status,subject,channel\n"
        f"x,{TIME},{TIME},open,hello,chat\n"
        f"y,{TIME},{TIME},open,{TEXT},{TEXT}\n{TEXT}\n"
        f"{TEXT},{TIME},{TIME},open,{TEXT},chat\n"
    ),
    "ratings.comments.jsonl": (
        f'{{"rating_id": "x1", "thread_id": "x", "rated_at": "{TIME}", "score": "{VALUE}"}}\n'
        f'{{"rating_id": "x2", "thread_id": "x", "rated_at": "{TIME}", "score": 5, '
        f'"comment": "{TEXT}", "{TEXT} as a key": 1}}\n'
    ),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_inbox(generate_inbox(3, date(2024, 3, 28), 2, 6, ZONE), tmp_path / "exports")
    for name, text in FILES.items():
        (tmp_path / "exports" / "2024-03-28" / name).write_text(text)
    settings = small_home(tmp_path, ZONE)
    shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
    return settings


def test_texts_are_nowhere_and_values_only_in_quarantine(settings: Settings) -> None:
    """In raw bytes, Parquet's statistics, tables of DuckDB and SQLite, logs, events, output."""
    done = command(settings, "run")
    assert done.returncode == 0, done.stderr
    threads = published(settings)["fct_threads"]["thread_id"]
    assert set(threads) & {"x", "y", TEXT} == {"x"}
    shown = [
        command(settings, *words) for words in (["quarantine", "list"], ["quarantine", "show"])
    ]
    for told in (done, *shown):
        assert TEXT not in told.stdout + told.stderr
    assert VALUE in shown[1].stdout
    assert holds(settings.home, TEXT) == []
    kept = holds(settings.home, VALUE)
    assert kept
    assert {place.split("/")[1] for place in kept} == {"quarantine"}
