"""The dbt project as it is kept parsed in a home."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import Settings, load_settings
from orchestration.warehouse import dbt


def test_a_changed_project_is_parsed_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt that goes on from what it parsed loses descriptions of tests whose macros changed."""
    settings = load_settings(home=tmp_path)
    target = settings.dbt_folder / "target"
    target.mkdir(parents=True)
    (target / "partial_parse.msgpack").write_text("of another project")
    settings.warehouse_folder.mkdir()

    def parsing(_: Settings, command: Sequence[str], **given: Any) -> None:
        assert command == ["parse"]
        assert list(target.iterdir()) == []
        (target / "manifest.json").write_text('{"nodes": {}}')
        (target / "partial_parse.msgpack").write_text("of this project")

    monkeypatch.setattr(dbt, "invoke", parsing)
    assert dbt.load_manifest(settings) == {"nodes": {}}
    assert (settings.dbt_folder / "parsed.msgpack").read_text() == "of this project"
