"""The Superset dashboard: its numbers are the published functions', whatever is asked and how."""

from __future__ import annotations

import math
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from playwright.sync_api import BrowserContext, Page, expect

from bi.superset.bundle import ASSETS, database_uri
from bi.superset.server import LocalSuperset, import_bundle
from orchestration.publishing.report import GRAINS
from orchestration.settings import PROJECT_ROOT, Settings
from tests.browser.chromium import open_chromium
from tests.browser.superset import (
    Refused,
    Superset,
    chart_named,
    choose,
    choose_range,
    click_cell,
    open_dashboard,
    read_cards,
    read_numbers,
    read_table,
    seconds_of,
    served,
    wait_until_drawn,
)
from tests.browser.waiting import until_equal

FIRST_DATE = date(2024, 1, 1)
AS_OF_DATE = date(2024, 3, 31)
NO_RANGE = "No filter"
# A range as Superset says it, without its end, and the days that are meant.
RANGES = {
    NO_RANGE: (date(2024, 3, 2), AS_OF_DATE),
    "2024-02-01 : 2024-03-16": (date(2024, 2, 1), date(2024, 3, 15)),
    "2024-02-29 : 2024-03-01": (date(2024, 2, 29), date(2024, 2, 29)),
    "2023-11-15 : 2024-04-20": (date(2023, 11, 15), date(2024, 4, 19)),
    "2024-03-01T00:00:00 : 2024-03-08T12:00:00": (date(2024, 3, 1), date(2024, 3, 8)),
    " : 2024-02-11": (date(2024, 1, 12), date(2024, 2, 10)),
    "2024-03-10 : ": (date(2024, 3, 10), AS_OF_DATE),
}
# Names that have to be quoted with care, and one that two agents have.
RENAMED = {"u00021": r"""Zoë O'Brien \ 100%% "x" --""", "u00032": "Sam", "u00009": "Sam"}
AGENTS = {
    "Helper 01": "u00005",
    RENAMED["u00021"]: "u00021",
    "Sam (u00032)": "u00032",
    "Unassigned": "",
}


@pytest.fixture(scope="module")
def home(published_sample: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample's publication, in which some agents have other names."""
    home = tmp_path_factory.mktemp("superset")
    (home / "published").mkdir()
    published = home / "published" / "inbox.duckdb"
    shutil.copy(published_sample.published_database, published)
    with closing(duckdb.connect(str(published))) as connection:
        for agent_id, name in RENAMED.items():
            connection.execute(
                "update dim_agents set name = ? where agent_id = ?", [name, agent_id]
            )
    return home


@pytest.fixture(scope="module")
def superset(home: Path) -> Iterator[Superset]:
    with served(home) as superset:
        yield superset


@pytest.fixture
def ask(home: Path) -> Callable[..., list[dict[str, Any]]]:
    """SQL on the published file; rows by column."""

    def answer(query: str, *parameters: object) -> list[dict[str, Any]]:
        published = str(home / "published" / "inbox.duckdb")
        with closing(duckdb.connect(published, read_only=True)) as connection:
            result = connection.execute(query, list(parameters))
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    return answer


def asset(kind: str, name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ASSETS / kind / f"{name}.yaml").read_text())
    return content


def metrics_of(dataset: str) -> list[str]:
    return [metric["metric_name"] for metric in asset("datasets/inbox", dataset)["metrics"]]


def published(row: dict[str, Any], metric: str) -> Any:
    """The function's number behind a metric; durations are in milliseconds, to the minute."""
    if "_milliseconds" not in metric:
        return row[metric]
    seconds = row[metric.replace("_milliseconds", "_seconds")]
    return None if seconds is None else to_the_minute(seconds) * 1000


def to_the_minute(seconds: float) -> float:
    """As a reader is told a duration: in whole minutes, below one in whole seconds."""
    return math.floor(seconds + 0.5) if seconds < 60 else math.floor(seconds / 60 + 0.5) * 60


def is_reached(row: dict[str, Any]) -> bool:
    """Whether the data reach a period: no other is shown."""
    return bool(row["period_end_date"] >= FIRST_DATE and row["period_start_date"] <= AS_OF_DATE)


def day_of(milliseconds: float) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()


# Through the chart-data API.


@pytest.mark.parametrize("time_range", RANGES)
def test_cards_agents_and_labels_are_the_functions(
    superset: Superset, ask: Any, time_range: str
) -> None:
    days = RANGES[time_range]
    columns = ("metric", "label", "current_value", "previous_value", "change", "change_ratio")
    cards = superset.chart_data("inbox_cards", columns, time_range=time_range)
    expected = ask(f"select {', '.join(columns)} from inbox_cards(?, ?)", *days)
    assert cards == expected
    ranges = superset.chart_data(
        "inbox_card_ranges", ["metric", "range_name"], ["value_of_range"], time_range
    )
    values = {(row["metric"], row["range_name"]): row["value_of_range"] for row in ranges}
    is_comparable = days[0] - (days[1] - days[0]) - timedelta(days=1) >= FIRST_DATE
    for row in expected:
        assert values.pop((row["metric"], "now")) == row["current_value"]
        if is_comparable and row["change_ratio"] is not None:
            assert values.pop((row["metric"], "before")) == row["previous_value"]
    assert values == {}, "no change where the two cannot be compared"

    metrics = metrics_of("inbox_agents")
    agents = superset.chart_data("inbox_agents", ["agent_id"], metrics, time_range)
    assert {row.pop("agent_id"): row for row in agents} == {
        row["agent_id"]: {metric: published(row, metric) for metric in metrics}
        for row in ask("from inbox_agents(?, ?)", *days)
    }

    for name, agent_id in ((None, None), *AGENTS.items()):
        chosen = {"agent_name": name} if name else {}
        labels = superset.chart_data(
            "inbox_top_labels", ["label", "new_threads", "rank"], (), time_range, **chosen
        )
        assert labels == ask("from inbox_top_labels(?, ?, 10, ?)", *days, agent_id)

    (reach,) = superset.chart_data(
        "inbox_cards",
        ["range_start_date", "range_end_date", "as_of_date"],
        (),
        time_range,
        metric="ratings",
    )
    assert [day_of(value) for value in reach.values()] == [*days, AS_OF_DATE]


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("name", [None, *AGENTS])
def test_every_number_of_a_period_is_the_functions(
    superset: Superset, ask: Any, grain: str, name: str | None
) -> None:
    metrics = metrics_of("inbox_series")
    chosen = {"agent_name": name} if name else {}
    for time_range in (NO_RANGE, "2024-02-01 : 2024-03-16", "2023-11-15 : 2024-04-20"):
        rows = superset.chart_data(
            "inbox_series", ["period_start_date"], metrics, time_range, grain=grain, **chosen
        )
        expected = ask(
            "from inbox_series(?, ?, ?, ?)",
            grain,
            *RANGES[time_range],
            AGENTS[name] if name else None,
        )
        assert {day_of(row.pop("period_start_date")): row for row in rows} == {
            row["period_start_date"]: {metric: published(row, metric) for metric in metrics}
            for row in expected
            if is_reached(row)
        }


def test_only_what_may_be_summed_is_summed(superset: Superset, ask: Any) -> None:
    metrics = metrics_of("inbox_series")
    (total,) = superset.chart_data("inbox_series", (), metrics)
    comments = {
        row["column_name"]: row["comment"]
        for row in ask(
            "select column_name, comment from duckdb_columns() "
            "where table_name in ('mart_inbox_daily', 'mart_agents_daily')"
        )
    }
    rows = ask("from inbox_series('day', ?, ?, null)", *RANGES[NO_RANGE])
    for metric in metrics:
        column = metric.replace("_milliseconds", "_seconds")
        # Days that are missing add up over periods, and are nobody's, which "additive" would deny.
        is_additive = "Additive" in comments[column] or column == "days_missing"
        assert total[metric] == (sum(row[column] for row in rows) if is_additive else None), metric


@pytest.mark.parametrize("text", ["' or true --", "\\'); select 1 --", "{{ 1 }} 100%"])
def test_what_filters_say_is_never_sql(superset: Superset, text: str) -> None:
    for dataset, column in (("inbox_series", "agent_name"), ("inbox_top_labels", "label")):
        with pytest.raises(Refused, match="No agent is known"):
            superset.chart_data(dataset, [column], agent_name=text)
    with pytest.raises(Refused, match="grain must be day, week, month or year"):
        superset.chart_data("inbox_series", ["grain"], ["new_threads"], grain=text)
    # Superset takes what it can for a day, and refuses the rest.
    with suppress(Refused):
        cards = superset.chart_data("inbox_cards", ["metric"], time_range=f"{text} : 2024-03-01")
        assert len(cards) == 6


def test_several_agents_at_once_give_no_wrong_number(superset: Superset) -> None:
    both = ["Helper 01", "Sam (u00032)"]
    for dataset, column in (("inbox_series", "messages"), ("inbox_top_labels", "label")):
        with pytest.raises(Refused, match="Choose one agent, not 2"):
            superset.chart_data(dataset, [column], agent_name=both)


def test_each_agent_can_be_chosen(superset: Superset, ask: Any) -> None:
    names = {row["agent_name"] for row in superset.chart_data("inbox_agent_names", ["agent_name"])}
    assert len(names) == ask("select count(*) as agents from dim_agents")[0]["agents"] + 1
    assert {*AGENTS, "Sam (u00009)"} <= names
    shown = {row["agent_name"] for row in superset.chart_data("inbox_agents", ["agent_name"])}
    assert shown <= names, "a click in the table chooses an agent of the filter"


def test_nobody_sees_a_number_without_the_login(superset: Superset, home: Path) -> None:
    stranger = Superset(superset.address, superset.user, "guessed")
    with pytest.raises(Refused, match="401"):
        stranger.log_in()
    with pytest.raises(Refused, match="401"):
        stranger.chart_data("inbox_cards", ["label"])
    for file in [home / "superset", *(home / "superset").rglob("*")]:
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


def test_sql_lab_reads_the_publication_and_nothing_else(superset: Superset) -> None:
    (database,) = superset.ask("/api/v1/database/")["result"]

    def run(sql: str) -> Any:
        query = {"database_id": database["id"], "sql": sql, "runAsync": False}
        return superset.ask("/api/v1/sqllab/execute/", query)["data"]

    assert run("select count(*) as cards from mart_inbox_cards") == [{"cards": 6}]
    for sql in ("select * from read_text('/etc/hostname')", "attach '/tmp/other.duckdb' as other"):
        with pytest.raises(Refused, match="disabled by configuration"):
            run(sql)
    with pytest.raises(Refused, match="mutates data"):
        run("drop table dim_report")


def test_a_new_publication_is_seen_without_a_restart(superset: Superset, home: Path) -> None:
    def as_of_date() -> date:
        (row,) = superset.chart_data("inbox_cards", ["as_of_date"], metric="ratings")
        return day_of(row["as_of_date"])

    database = home / "published" / "inbox.duckdb"
    before = home / "before.duckdb"
    following = home / "next.duckdb"
    shutil.copy(database, before)
    shutil.copy(database, following)
    with closing(duckdb.connect(str(following))) as connection:
        connection.execute("update dim_report set as_of_date = date '2024-03-30'")
    assert as_of_date() == AS_OF_DATE
    os.replace(following, database)
    try:
        assert as_of_date() == date(2024, 3, 30)
    finally:
        os.replace(before, database)
    assert as_of_date() == AS_OF_DATE


def test_a_port_in_use_is_said_and_no_login_is_sent_there(superset: Superset, home: Path) -> None:
    port = superset.address.rpartition(":")[2]
    command = [sys.executable, "-m", "bi.superset", "serve", "--port", port]
    environment = {"PATH": os.environ["PATH"], "INBOX_HOME": str(home)}
    done = subprocess.run(
        command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"Port {port} cannot be listened on" in done.stderr


def test_before_the_first_publication_the_command_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bi.superset", "serve"]
    environment = {"PATH": os.environ["PATH"], "INBOX_HOME": str(tmp_path)}
    done = subprocess.run(
        command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Nothing is published yet" in done.stderr


def test_the_bundle_goes_into_an_empty_superset(
    superset: Superset, home: Path, tmp_path: Path, ask: Any
) -> None:
    for kind in ("dashboard", "chart", "dataset", "database"):
        found = superset.ask(f"/api/v1/{kind}/?q=(page_size:100)")["result"]
        assert found
        for one in found:
            superset.ask(f"/api/v1/{kind}/{one['id']}", method="DELETE")
    bundle = tmp_path / "inbox_report_dashboard.zip"
    uri = database_uri(home / "published" / "inbox.duckdb")
    command = [sys.executable, "-m", "bi.superset", "bundle", str(tmp_path), "--uri", uri]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True)
    login = LocalSuperset(superset.address, superset.user, superset.password)
    import_bundle(login, bundle, "Dashboard")
    superset.numbers.clear()
    assert superset.chart_data("inbox_cards", ["metric", "current_value"]) == ask(
        "select metric, current_value from inbox_cards(?, ?)", *RANGES[NO_RANGE]
    )
    import_bundle(login, tmp_path / "inbox_report_assets.zip", "assets")
    (dashboard,) = superset.ask("/api/v1/dashboard/")["result"]
    charts = superset.ask(f"/api/v1/dashboard/{dashboard['id']}/charts")["result"]
    assert len(charts) == len(list((ASSETS / "charts").iterdir()))


# What the files say.


def test_every_column_of_a_function_is_in_its_dataset(ask: Any) -> None:
    for call in (
        "inbox_cards(null, null)",
        "inbox_series('day', null, null, null)",
        "inbox_agents(null, null)",
        "inbox_top_labels(null, null, 10, null)",
    ):
        dataset = asset("datasets/inbox", call.partition("(")[0])
        columns = {column["column_name"]: column["type"] for column in dataset["columns"]}
        for row in ask(f"describe select * from {call}"):
            assert columns[row["column_name"]] == row["column_type"]


def test_descriptions_are_those_of_the_published_columns(ask: Any) -> None:
    comments: dict[str, set[str]] = {}
    for row in ask("select column_name, comment from duckdb_columns() where comment is not null"):
        comments.setdefault(row["column_name"], set()).add(row["comment"])
    for dataset in ("inbox_series", "inbox_agents"):
        for metric in asset("datasets/inbox", dataset)["metrics"]:
            column = metric["metric_name"].replace("_milliseconds", "_seconds")
            description = metric["description"].removesuffix(
                " Given in milliseconds, to the minute."
            )
            assert description in comments[column], metric["metric_name"]
    for file in (ASSETS / "datasets" / "inbox").iterdir():
        content = yaml.safe_load(file.read_text())
        for told in [content, *content["metrics"], *content["columns"]]:
            assert told["description"], file.name


# In the browser.


@pytest.fixture(scope="module")
def context(superset: Superset) -> Iterator[BrowserContext]:
    with open_chromium() as chromium:
        # Days are the workspace's, wherever they are looked at.
        context = chromium.new_context(
            viewport={"width": 1400, "height": 1400}, timezone_id="America/Los_Angeles"
        )
        context.set_default_timeout(60_000)
        with closing(context):
            yield context


def shown(value: float | None, digits: int) -> str:
    return "N/A" if value is None else f"{value:,.{digits}f}"


def cards_of(rows: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {
        row["label"]: (
            shown(row["current_value"], 2 if row["metric"] == "average_rating" else 0),
            f"{row['change_ratio']:+.1%} against the days before"
            if row["previous_start_date"] >= FIRST_DATE
            else "",
        )
        for row in rows
    }


def series_of(rows: list[dict[str, Any]], whose: str, **columns: str) -> list[dict[str, str]]:
    """What a chart shows of columns by their names: a set of its own for parts of periods."""
    shown_rows = []
    for row in rows:
        part = "" if row["is_complete"] else " (part)"
        shown_row = {"period": f"{row['period_start_date']}{part}"}
        for column, name in columns.items():
            start = f"{name}, " if name else ""
            shown_row |= {f"{start}{whose}": "N/A", f"{start}{whose} (part)": "N/A"}
            shown_row[f"{start}{whose}{part}"] = str(row[column])
        shown_rows.append(shown_row)
    return shown_rows


def agents_shown(page: Page, names: Collection[str]) -> dict[str, list[str | float | None]]:
    """The cells of some agents, durations as seconds."""
    rows = read_table(chart_named(page, "Agents"))
    known = [row for row in rows if row[0] in names]
    return {
        name: [rating, ratings, threads, sent, seconds_of(response), seconds_of(closing)]
        for name, rating, ratings, response, closing, threads, sent in known
    }


def agent_of(row: dict[str, Any]) -> list[str | float | None]:
    """The same, of what SQL says."""
    counts = [shown(row[column], 0) for column in ("ratings", "new_threads", "messages_sent")]
    medians = [row[f"{name}_seconds_median"] for name in ("first_response", "closing")]
    return [
        shown(row["average_rating"], 2),
        *counts,
        *(None if seconds is None else to_the_minute(seconds) for seconds in medians),
    ]


def expect_numbers(page: Page, title: str, expected: list[dict[str, str]]) -> None:
    """Waits until a chart shows these numbers: after a filter it shows others for a moment."""
    until_equal(page, lambda: read_numbers(page, title), expected)


USERS = {"unique_users": ""}
THREADS = {"new_threads": "New threads", "messages": "Messages"}


def test_a_reader_changes_range_grain_and_agent(
    context: BrowserContext, superset: Superset, ask: Any
) -> None:
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    answered: set[str] = set()
    page.on("response", lambda response: answered.add(response.url.split("/")[2]))

    open_dashboard(page, superset)
    days = RANGES[NO_RANGE]
    until_equal(page, lambda: read_cards(page), cards_of(ask("from inbox_cards(?, ?)", *days)))
    until_equal(
        page,
        lambda: read_table(chart_named(page, "Days")),
        [["02 Mar 2024", "31 Mar 2024", "01 Jan 2024", "31 Mar 2024"]],
    )

    choose_range(page, "2024-02-01", "2024-03-16")
    days = RANGES["2024-02-01 : 2024-03-16"]
    cards = ask("from inbox_cards(?, ?)", *days)
    until_equal(page, lambda: read_cards(page), cards_of(cards))
    until_equal(
        page,
        lambda: [row[:2] for row in read_table(chart_named(page, "Against the days before"))],
        [[row["label"], cards_of([row])[row["label"]][0]] for row in cards],
    )

    choose(page, "grain", "week")
    weeks = ask("from inbox_series('week', ?, ?, null)", *days)
    assert len(weeks) == 7
    expect_numbers(page, "Users", series_of(weeks, "Everyone", **USERS))
    expect_numbers(page, "New threads and messages", series_of(weeks, "Everyone", **THREADS))
    labels = ask("from inbox_top_labels(?, ?, 10, null)", *days)
    until_equal(
        page,
        lambda: {row["label"]: row["label_threads"] for row in read_numbers(page, "Top 10 labels")},
        {row["label"]: str(row["new_threads"]) for row in labels},
    )

    page.get_by_role("tab", name="Stats per agent").click()
    wait_until_drawn(page)
    names = {agent_id or None: name for name, agent_id in AGENTS.items()}
    until_equal(
        page,
        lambda: agents_shown(page, names.values()),
        {
            names[row["agent_id"]]: agent_of(row)
            for row in ask("from inbox_agents(?, ?)", *days)
            if row["agent_id"] in names
        },
    )

    # A click on a name, which has to be quoted with care; then another one, by the filter.
    name = RENAMED["u00021"]
    click_cell(page, "Agents", name)
    weeks = ask("from inbox_series('week', ?, ?, 'u00021')", *days)
    expect_numbers(page, "Users", series_of(weeks, name, **USERS))
    click_cell(page, "Agents", name)
    choose(page, "agent", "Helper 01")
    weeks = ask("from inbox_series('week', ?, ?, 'u00005')", *days)
    expect_numbers(page, "New threads and messages", series_of(weeks, "Helper 01", **THREADS))
    until_equal(
        page,
        lambda: read_table(chart_named(page, "Whose numbers the charts show")),
        [["Helper 01", "01 Feb 2024", "15 Mar 2024"]],
    )
    assert len(read_table(chart_named(page, "Agents"))) > 10, "the table still has all agents"

    assert answered == {superset.address.removeprefix("http://")}, "nothing came from elsewhere"
