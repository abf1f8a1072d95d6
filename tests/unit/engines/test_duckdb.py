"""What models of an earlier version left in a warehouse goes with the next build."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb

from orchestration.engines import engine_of
from orchestration.engines.interface import Ran
from orchestration.settings import load_settings


def test_tables_views_and_functions_of_unknown_models_and_other_schemas_are_dropped(
    tmp_path: Path,
) -> None:
    settings = load_settings(home=tmp_path)
    settings.warehouse_folder.mkdir()
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
        connection.execute("create schema changes; create schema load_state")
        connection.execute("create table load_state.models as select 'gone' as model_name")
        connection.execute("insert into load_state.models values ('kept')")
        for schema in ("main", "changes"):
            connection.execute(f"create table {schema}.kept (id int)")
            connection.execute(f"create view {schema}.gone as select * from {schema}.kept")
            connection.execute(f"create table {schema}.gone_too (id int)")
        connection.execute("create schema internal; create table internal.kept (id int)")
        for name in ("function_kept", "function_gone"):
            connection.execute(f"create macro {name}(day) as table select day")
    schemas = {"kept": "main", "function_kept": "main"}
    engine_of(settings).settle(
        Ran(schemas, views=(), is_whole=True, nodes=list, run_views=lambda actions, names: None)
    )
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() order by 1"
        ).fetchall()
        views = connection.execute("select view_name from duckdb_views() where not internal")
        assert tables == [("changes", "kept"), ("load_state", "models"), ("main", "kept")]
        assert views.fetchall() == []
        functions = connection.execute(
            "select function_name from duckdb_functions() where not internal"
        )
        assert functions.fetchall() == [("function_kept",)]
        assert connection.execute("from load_state.models").fetchall() == [("kept",)]
