"""The file of the daily sources: its form, and what it must not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

import orchestration.exports  # noqa: F401
from orchestration.privacy.record import Door
from orchestration.settings import load_settings
from orchestration.sources.daily import read_sources
from orchestration.sources.daily_import import import_daily
from orchestration.sources.errors import LandingIncomplete, WrongSource
from orchestration.sources.overview import overview
from orchestration.sources.staff_file import read_staff
from tests.unit.sources.desk import Desk
from tests.unit.sources.zendesk_records import records, ticket


def named(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    return path


WHOLE = """
sources:
  support:
    kind: zendesk
    landing: airbyte
    where: /lake/zendesk
    prefix: desk
    staff: [care@shop.example, 4711]
    options: {keep_samples: true, bots: [9003]}
  billing:
    kind: zendesk
    where: /lake/billing
"""


def test_the_fields_of_a_source(tmp_path: Path) -> None:
    support, billing = read_sources(named(tmp_path, WHOLE))
    assert (support.name, support.kind_name, support.landing) == ("support", "zendesk", "airbyte")
    assert (support.where, support.prefix) == ("/lake/zendesk", "desk")
    assert support.staff == ("care@shop.example", "4711")
    assert support.typed_options["keep_samples"] is True
    assert support.typed_options["bots"] == ["9003"]
    assert support.typed_options["drop_labels"] == ["closed_by_merge"]
    assert (billing.landing, billing.prefix) == (None, "billing")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [1]", "sources is no list of names"),
        ("sources:\n  a: {kind: zendesk}", "a has no where"),
        ("sources:\n  a: {where: /x}", "a has no kind"),
        ("sources:\n  a: {kind: zendesk, where: /x, colour: red}", "unknown field 'colour'"),
        ("sources:\n  a: {kind: jira, where: /x}", "a: There is no kind 'jira'"),
        ("sources:\n  A b: {kind: zendesk, where: /x}", "no name of a source"),
        ("sources:\n  a: {kind: zendesk, where: /x, options: {b: 1}}", "no option 'b'"),
        ("sources:\n  a: {kind: zendesk, where: /x, staff: me}", "staff of a is no list"),
        (
            "sources:\n  a: {kind: zendesk, where: /x, prefix: p}\n"
            "  b: {kind: zendesk, where: /y, prefix: p}",
            "b and a have the prefix 'p'",
        ),
        ("sources: {a: [", "line 1 is no YAML"),
    ],
)
def test_a_wrong_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(WrongSource, match=message):
        read_sources(named(tmp_path, text))


@pytest.mark.parametrize(
    "line",
    [
        "api_token: hunter2hunter2",
        "options: {password: hunter2hunter2}",
        "options: {bots: [hunter2hunter2hunter2hunter2hunter2hunter2]}",
        "where: postgresql://reader:hunter2hunter2@db/desk",  # pragma: allowlist secret
        "where: postgresql://db/desk?password=hunter2hunter2",
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_shown(tmp_path: Path, line: str) -> None:
    where = "" if line.startswith("where") else "    where: /x\n"
    text = f"sources:\n  a:\n    kind: zendesk\n{where}    {line}\n"
    with pytest.raises(WrongSource, match=r"secret|login") as raised:
        read_sources(named(tmp_path, text))
    assert "hunter2" not in str(raised.value)


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    path = named(tmp_path, WHOLE)
    path.chmod(0o664)
    with pytest.raises(WrongSource, match="may be written by others"):
        read_sources(path)


def test_a_file_of_staff(tmp_path: Path) -> None:
    path = tmp_path / "staff.txt"
    path.write_text("# the team\ncare@shop.example  # by mail\n\n 4711\n")
    assert read_staff(path) == ("care@shop.example", "4711")


def test_a_source_that_fails_is_told_until_it_is_well(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk")
    text = f"sources:\n  support: {{kind: zendesk, where: {desk.landing}}}\n"
    settings = load_settings(
        home=tmp_path / "home", exports=tmp_path / "days", sources=named(tmp_path, text)
    )
    (source,) = read_sources(tmp_path / "sources.yaml")
    desk.land({"tickets": [ticket()]})
    with pytest.raises(LandingIncomplete):
        import_daily(settings, source, Door())
    (told,) = overview(settings)
    assert told.problem is not None
    assert "no ticket_comments" in told.problem
    desk.land(records())
    import_daily(settings, source, Door())
    (told,) = overview(settings)
    assert told.problem is None
    assert told.as_json["last_import"]["rows"]["threads"] == 1


def test_sources_write_below_the_exports_where_they_may_and_else_in_the_home(
    tmp_path: Path,
) -> None:
    home, exports = tmp_path / "home", tmp_path / "exports"
    assert load_settings(home=home).generated_exports == home / "exports"
    assert load_settings(home=home, exports=exports).generated_exports == home / "exports"
    exports.mkdir()
    assert load_settings(home=home, exports=exports).generated_exports == exports
