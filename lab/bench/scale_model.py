"""How long a rebuild takes on a cluster: lines through two measured sizes, and a formula.

    seconds = driver + executors' CPU / (cores * USED) + shuffled bytes / (cores * NETWORK)
        + longest task

driver: the CPU of the Thrift server, none of which is taken to be hidden behind tasks. longest
task: a year's exact quantiles for the whole inbox, which is one task on any cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Of the executors' cores, on average: the rest waits for the last task of a stage.
USED = 0.6
# Bytes a second and core: a machine of 8 cores on 10 Gbit/s.
NETWORK = 1.25e9 / 8
# Of the conversations of three years, those of the last (lab/sampling/shape.py).
SHARE_OF_LAST_YEAR = 0.39
MESSAGES_PER_THREAD = 8


@dataclass(frozen=True)
class Line:
    """What something costs at a number of messages, in millions: fixed + slope * messages."""

    fixed: float
    slope: float

    def at(self, millions: float) -> float:
        """The cost at so many millions of messages."""
        return self.fixed + self.slope * millions


def line(smaller: dict[str, Any], larger: dict[str, Any], cost: str) -> Line:
    """The line through a cost (a name of `totals`) of two measured rebuilds."""
    before, after = smaller["messages"] / 1e6, larger["messages"] / 1e6
    costs = [totals(one)[cost] for one in (smaller, larger)]
    slope = (costs[1] - costs[0]) / (after - before)
    return Line(costs[0] - slope * before, slope)


def totals(result: dict[str, Any]) -> dict[str, float]:
    """The costs of a whole build: of its processes, and sums over its models."""
    models = result["models"].values()
    sums = ("tasks", "cpu_seconds", "gc_seconds", "shuffle_bytes", "output_bytes", "spilled_bytes")
    return {
        **{name: sum(model[name] for model in models) for name in sums},
        **{name: result[name] for name in result if name.endswith("_cpu_seconds")},
    }


@dataclass(frozen=True)
class ClusterModel:
    """What the formula is worked out from; see the module."""

    driver: float
    executors: Line
    shuffle: Line
    seconds_per_million_values: float

    def values_of_a_year(self, millions: float) -> float:
        """Millions of conversations that the last year starts."""
        return millions / MESSAGES_PER_THREAD * SHARE_OF_LAST_YEAR

    def parts(self, millions: float, cores: int) -> dict[str, float]:
        """Seconds of a rebuild by what takes them."""
        return {
            "driver": self.driver,
            "tasks": self.executors.at(millions) / (cores * USED),
            "shuffle": self.shuffle.at(millions) / (cores * NETWORK),
            "longest task": self.seconds_per_million_values * self.values_of_a_year(millions),
        }


def cluster_model(
    smaller: dict[str, Any], larger: dict[str, Any], quantiles: dict[str, Any]
) -> ClusterModel:
    """The model from two measured rebuilds and the quantiles of growing groups."""
    groups = [group for group in quantiles["groups"] if group["is_complete"]]
    first, last = groups[0], groups[-1]
    return ClusterModel(
        driver=totals(larger)["driver_cpu_seconds"],
        executors=line(smaller, larger, "executors_cpu_seconds"),
        shuffle=line(smaller, larger, "shuffle_bytes"),
        seconds_per_million_values=(last["cpu_seconds"] - first["cpu_seconds"])
        / (last["millions"] - first["millions"]),
    )
