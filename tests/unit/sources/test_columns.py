"""What kinds are declared with."""

from __future__ import annotations

from orchestration.sources.columns import column_types


def test_a_column_is_text_unless_its_type_is_said() -> None:
    assert column_types("id, at TIMESTAMPTZ, labels VARCHAR[]") == {
        "id": "VARCHAR",
        "at": "TIMESTAMPTZ",
        "labels": "VARCHAR[]",
    }


def test_a_comma_inside_a_type_parts_no_columns_and_lines_may_end_anywhere() -> None:
    listed = """
        meta STRUCT(sender STRUCT(id VARCHAR),
            team STRUCT(id VARCHAR, name VARCHAR)),
        status
    """
    assert column_types(listed) == {
        "meta": "STRUCT(sender STRUCT(id VARCHAR), team STRUCT(id VARCHAR, name VARCHAR))",
        "status": "VARCHAR",
    }
