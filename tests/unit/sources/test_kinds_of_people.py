"""People are pseudonyms and agents are themselves, in every desk that has a list of its agents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.privacy.users import UserIdentifiers
from tests.unit.sources import (
    test_crisp,
    test_freshdesk,
    test_front,
    test_gorgias,
    test_help_scout,
    test_hubspot,
)
from tests.unit.sources.desk import Desk

USERS = UserIdentifiers(pseudonym_key=b"k" * 32)


@pytest.mark.parametrize(
    ("kind", "world", "thread", "user", "agents"),
    [
        ("freshdesk", test_freshdesk.WORLD, "1", "7001", {"9001", "9002"}),
        ("help_scout", test_help_scout.WORLD, "1", "45", {"256", "257"}),
        ("gorgias", test_gorgias.WORLD, "1", "120", {"301", "302"}),
        ("hubspot", test_hubspot.WORLD, "1", "101", {"A-2", "A-3"}),
        ("front", test_front.WORLD, "cnv_1", "ann@customer.example", {"tea_ada", "tea_ben"}),
        ("crisp", test_crisp.WORLD, "s1", "ann", {"ada", "ben"}),
    ],
)
def test_a_pseudonym_stands_for_the_user_and_none_for_an_agent(
    tmp_path: Path,
    kind: str,
    world: dict[str, list[dict[str, Any]]],
    thread: str,
    user: str,
    agents: set[str],
) -> None:
    desk = Desk(tmp_path, kind, prefix="one", users=USERS)
    desk.bring(world)
    pseudonym = f"one:{USERS.pseudonym(user)}"
    assert desk.thread(f"one:{thread}")["user_id"] == pseudonym
    messages = list(desk.live("messages").values())
    assert pseudonym in {row["author_id"] for row in messages if row["author_type"] == "user"}
    named = {row["author_id"] for row in messages if row["author_type"] == "agent"}
    assert named <= {f"one:{agent}" for agent in agents}
    assert set(desk.live("agents")) == {f"one:{agent}" for agent in agents}
