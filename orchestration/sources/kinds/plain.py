"""What kinds share whose desk has a list of its agents and one of its teams."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept

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


def became_agents(stream: str, thread: str, author: str) -> str:
    """SQL for the threads in which somebody has written who is an agent only now."""
    return f"""
        select {thread} as thread_id
        from before.{stream}
        where {author} in (
            select id from new.agents
            except
            select id from before.agents
        )
    """
