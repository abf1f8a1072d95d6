"""What a publication calls things: agents, teams, the values of filters, and what numbers mean."""

from __future__ import annotations

from abc import ABC, abstractmethod

import pandas as pd


class PublishedNames(ABC):
    """The names of a publication."""

    @abstractmethod
    def _ask(self, query: str, *parameters: object) -> pd.DataFrame:
        """The rows of a query, kept."""

    def filter_values(self, name: str) -> list[str]:
        """The values that a filter may have, channels and labels the most used first."""
        column, table = {
            "channel": ("channel", "mart_channels_yearly"),
            "team": ("team_id", "mart_teams_yearly"),
            "label": ("label", "mart_labels_yearly"),
        }[name]
        values = self._ask(
            f"select coalesce({column}, '') as value from {table} group by all "
            "order by sum(new_threads) desc, value"
        )
        is_shown = values["value"].ne("") if name == "channel" else values["value"].notna()
        return list(values["value"][is_shown])

    def team_names(self) -> dict[str, str]:
        """The names of all teams, by id."""
        teams = self._ask("select team_id, name from dim_teams order by lower(name), team_id")
        return dict(zip(teams["team_id"], teams["name"], strict=True))

    def agent_names(self) -> dict[str, str]:
        """The names of all agents, by id, in the order of their names."""
        agents = self._ask("select agent_id, name from dim_agents order by lower(name), agent_id")
        return dict(zip(agents["agent_id"], agents["name"], strict=True))
