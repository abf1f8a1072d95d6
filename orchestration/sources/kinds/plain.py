"""What kinds share whose desk has a list of its agents and one of its teams."""

from __future__ import annotations

from typing import Any

from ..columns import column_types
from ..model import Kept, Table

BEGINNING = "timestamptz '1970-01-02 00:00:00+00'"
"""The version of a record that has none, from a connector that does not say when it took it."""

# id is the agent as a person, which is what records name; agent_id is the desk's own key.
AGENTS = Kept(
    name="agents",
    columns=column_types("id, agent_id, name, team_id, is_active BOOLEAN, updated_at TIMESTAMPTZ"),
    key=("id",),
    newest=("updated_at",),
    persons=("id",),
    is_state=True,
)
TEAMS = Kept(
    name="teams",
    columns=column_types("id, name, updated_at TIMESTAMPTZ"),
    key=("id",),
    newest=("updated_at",),
    is_state=True,
)

AGENTS_SELECT = f"""
    select
        agents.agent_id,
        coalesce(nullif(trim(agents.name), ''), agents.agent_id) as name,
        teams.name as team,
        coalesce(agents.is_active, true) as is_active,
        coalesce(agents.updated_at, agents.landed_at, {BEGINNING}) as updated_at
    from agents
    left join teams on agents.team_id = teams.id
    where agents.agent_id is not null
"""
TEAMS_SELECT = f"""
    select id as team_id, name, coalesce(updated_at, landed_at, {BEGINNING}) as updated_at
    from teams
"""


def teams_table(
    name: str, key: str = "id", updated: str = "", *, is_masked: bool = False, **told: Any
) -> Table:
    """A table of teams, whatever the desk calls them: an identifier, a name, maybe a time.

    updated: the column with the time of its last change. is_masked: whether a name may be of a
    mailbox. told: what else is to be said of the table.
    """
    shown = "masked(name) as name" if is_masked else "name"
    updated_at = f"instant({updated})" if updated else "null"
    return Table(
        name=name,
        columns=column_types(f"{key}, name, {updated}" if updated else f"{key}, name"),
        key=key,
        select=f"""
            select identifier({key}) as id, {shown}, {updated_at} as updated_at, landed_at
            from landed.{name}
        """,
        **{"keeps": "teams", "lacks": "the names of teams", **told},
    )


def became_agents(stream: str, thread: str) -> str:
    """SQL for the threads in which somebody has written who is an agent only now."""
    return f"""
        select {thread} as thread_id
        from before.{stream}
        where author in (
            select id from new.agents
            except
            select id from before.agents
        )
    """
