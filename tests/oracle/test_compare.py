"""What the comparison of tables finds."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracle.by_hand import at
from tests.oracle.compare import assert_tables_equal


class TestCompare:
    expected = pd.DataFrame(
        {
            "day": [date(2024, 3, 4), date(2024, 3, 5)],
            "agent_id": ["a", None],
            "threads": [1, 2],
            "seconds": [0.1, None],
            "sent_at": [at("2024-03-04T09:00:00"), None],
        },
        dtype=object,
    )

    def typed(self, **columns: Any) -> pd.DataFrame:
        """The same rows, the other way round, typed as an engine hands them over."""
        typed = pd.DataFrame(
            {
                "day": pd.to_datetime(["2024-03-05", "2024-03-04"]),
                "agent_id": [None, "a"],
                "threads": np.array([2, 1], dtype="int64"),
                "seconds": [np.nan, 0.1 + 1e-12],
                "sent_at": pd.to_datetime(pd.Series([None, "2024-03-04 10:00:00+01:00"])),
            }
        )
        return typed.assign(**columns)

    def test_types_of_an_engine_are_equal(self) -> None:
        assert_tables_equal(self.typed(), self.expected, ["day", "agent_id"], "table")
        assert_tables_equal(self.typed(more=1), self.expected, ["day"], "table", columns=["day"])

    @pytest.mark.parametrize(
        ("column", "values", "error"),
        [
            ("threads", [2, 3], "agent_id=a threads: 3 instead of 1"),
            ("threads", [2.0, 1.0000000001], "threads: 1.0000000001 instead of 1"),
            ("seconds", [0.0, 0.1], "agent_id=None seconds: 0.0 instead of None"),
            ("seconds", [np.nan, 0.1000001], "seconds: 0.1000001 instead of 0.1"),
            ("agent_id", ["", "a"], "missing day=2024-03-05, agent_id=None"),
            (
                "sent_at",
                pd.to_datetime(pd.Series([None, "2024-03-04 09:00:00"])),
                "sent_at: datetime",
            ),
        ],
    )
    def test_differences_are_told(self, column: str, values: Any, error: str) -> None:
        with pytest.raises(AssertionError, match=error):
            assert_tables_equal(
                self.typed(**{column: values}), self.expected, ["day", "agent_id"], "table"
            )

    def test_rows_too_many_too_few_or_twice_are_told(self) -> None:
        keys = ["day", "agent_id"]
        with pytest.raises(AssertionError, match="1 missing, 0 extra"):
            assert_tables_equal(self.typed().head(1), self.expected, keys, "table")
        with pytest.raises(AssertionError, match="0 missing, 1 extra"):
            assert_tables_equal(self.typed(), self.expected.head(1), keys, "table")
        doubled = pd.concat([self.typed(), self.typed()])
        with pytest.raises(AssertionError, match="two rows"):
            assert_tables_equal(doubled, self.expected, keys, "table")
        with pytest.raises(AssertionError, match="no column threads"):
            assert_tables_equal(self.typed().drop(columns="threads"), self.expected, keys, "table")

    def test_order_is_compared_where_it_counts(self) -> None:
        with pytest.raises(AssertionError, match="row 0 is day=2024-03-05"):
            assert_tables_equal(self.typed(), self.expected, ["day"], "table", ordered=True)
