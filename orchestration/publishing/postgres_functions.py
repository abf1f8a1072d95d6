"""The published functions as functions of PostgreSQL, from the one definition that readers have.

A function is read from the published file as DuckDB keeps it, parsed, and written for PostgreSQL.
What has no counterpart ends the publication to PostgreSQL, with the function's name. That the
results are equal is for the tests: they call both with many arguments.
"""

from __future__ import annotations

import duckdb
import sqlglot
from sqlglot import exp

from orchestration.machine.sql import literal, quoted
from orchestration.publishing.functions import by_place_and_name
from orchestration.publishing.postgres_types import TYPES, NoCounterpart

ARGUMENT_TYPES = {
    "channels": "text[]",
    "clock": "text",
    "day_of": "text",
    "dimension": "text",
    "grain": "text",
    "labels": "text[]",
    "measure": "text",
    "number": "text",
    "priorities": "text[]",
    "seconds": "double precision",
    "teams": "text[]",
    "start_date": "date",
    "end_date": "date",
    "agent": "text",
    "top": "bigint",
}
_INTERVALS = {"to_months": "months", "to_years": "years"}


def function_statements(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """What makes every published function in a schema of PostgreSQL that holds the tables.

    connection: to the published file, opened read-only. Raises NoCounterpart.
    """
    functions = connection.execute(
        "select function_name, parameters, macro_definition, comment from duckdb_functions() "
        "where not internal and function_type = 'table_macro' order by function_name"
    ).fetchall()
    statements = []
    for name, parameters, definition, comment in functions:
        columns = connection.execute(f"describe from {name}({_example(parameters)})").fetchall()
        arguments = ", ".join(
            f"{parameter} {ARGUMENT_TYPES[parameter]} default null"
            if parameter in ARGUMENT_TYPES
            else _unknown(name, f"its argument {parameter}")
            for parameter in parameters
        )
        returned = ", ".join(
            f"{quoted(column)} {_returned_type(name, kind)}" for column, kind, *_ in columns
        )
        body = _body(name, definition, parameters, schema)
        statements.append(
            f"create function {schema}.{name}({arguments}) returns table ({returned}) "
            # With a setting of its own a function does not depend on the reader's zone, and is not
            # merged into the reader's query, where an error for a wrong argument could be left out.
            # To compile such a query costs many times what running it does. Of what a CTE holds the
            # planner knows next to nothing, takes it for a row, and loops over all for each of all.
            "language sql stable set timezone = 'UTC' set jit = off set enable_nestloop = off "
            f"as $inbox$ {body} $inbox$"
        )
        if comment:
            text = literal(comment.strip())
            statements.append(f"comment on function {schema}.{name} is {text}")
    return statements


def _example(parameters: list[str]) -> str:
    """Arguments with which a function can be asked for its columns."""
    by_place, _ = by_place_and_name(parameters)
    return ", ".join("'day'" if parameter == "grain" else "null" for parameter in by_place)


def _returned_type(function: str, kind: str) -> str:
    if kind not in TYPES:
        _unknown(function, f"the type {kind}")
    return TYPES[kind].removesuffix(' collate "C"')


def _unknown(function: str, what: str) -> str:
    raise NoCounterpart(f"{function}: {what} has no counterpart in PostgreSQL yet")


def _body(function: str, definition: str, parameters: list[str], schema: str) -> str:
    """The query of a function, its arguments by number."""
    tree = sqlglot.parse_one(definition, read="duckdb")
    numbers = {parameter: number for number, parameter in enumerate(parameters, start=1)}
    for node in reversed(list(tree.dfs())):  # what is inside a node before the node
        counterpart = _counterpart(function, node, numbers, schema)
        if counterpart is not node:
            node.replace(counterpart)
    return tree.sql(dialect="postgres")


def _counterpart(function: str, node: exp.Expr, numbers: dict[str, int], schema: str) -> exp.Expr:
    """What PostgreSQL has for a node; the node itself where sqlglot knows what to write."""
    if isinstance(node, exp.Table) and node.db == "main":
        return exp.table_(node.name, db=schema, alias=node.alias or None)
    # DuckDB puts the argument wherever a column without a table has its name.
    if isinstance(node, exp.Column) and not node.table and node.name in numbers:
        argument = exp.Parameter(this=exp.Literal.number(numbers[node.name]))
        return exp.cast(argument, ARGUMENT_TYPES[node.name], dialect="postgres")
    if isinstance(node, exp.Dot) and node.this.name == "main":  # as DuckDB names its own functions
        own: exp.Expr = node.expression
        return own
    if isinstance(node, exp.Explode) and isinstance(node.this, exp.GenerateSeries):
        return node.this
    if isinstance(node, exp.PercentileCont) and isinstance(node.this, exp.Order):
        order = node.this
        return exp.WithinGroup(
            this=exp.PercentileCont(this=order.this),
            expression=exp.Order(expressions=order.expressions),
        )
    if _is_text_or_list(node):
        text_or_list: exp.Expr = node.args["default"].this
        return text_or_list
    if isinstance(node, exp.ArrayContains):
        listed = node.this.this if isinstance(node.this, exp.Cast) else node.this
        return exp.EQ(
            this=node.expression.copy(), expression=exp.Any(this=exp.Paren(this=listed.copy()))
        )
    if isinstance(node, exp.ToDays):
        return _interval("days", node.this)
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        if name in _INTERVALS:
            return _interval(_INTERVALS[name], node.expressions[0])
        if name == "error":
            return _error(node.expressions[0])
        if name == "list_value":
            return exp.Array(expressions=[entry.copy() for entry in node.expressions])
        if name == "count_star":
            return exp.Count(this=exp.Star())
        if name == "epoch_us":
            return _microseconds(node.expressions[0])
        if name not in ("concat", "date_part", "make_interval", "timezone"):
            _unknown(function, f"{name}()")
    return node


def _is_text_or_list(node: exp.Expr) -> bool:
    """Whether one text may stand for a list of it: arguments have types here, and need none."""
    cast = node.args.get("default") if isinstance(node, exp.Case) else None
    return isinstance(cast, exp.TryCast) and bool(cast.to.is_type("array"))


def _error(message: exp.Expr) -> exp.Expr:
    """A cast that cannot succeed and says the message: PostgreSQL has no function for that.

    One of ours would stand among those that readers are offered. What follows the message is
    nothing, of a volatile function: else the cast could be done before the query runs.
    """
    nothing = sqlglot.parse_one("left(cast(random() as text), 0)", read="postgres")
    text = exp.Anonymous(this="concat", expressions=[message.copy(), nothing])
    return exp.cast(text, "date")


def _microseconds(instant: exp.Expr) -> exp.Expr:
    """The microseconds of an instant since 1970: a whole number, as PostgreSQL's epoch is exact."""
    epoch = exp.Extract(this=exp.var("epoch"), expression=instant.copy())
    return exp.cast(exp.Mul(this=epoch, expression=exp.Literal.number(1000000)), "bigint")


def _interval(unit: str, number: exp.Expr) -> exp.Expr:
    named = exp.PropertyEQ(this=exp.to_identifier(unit), expression=number.copy())
    return exp.Anonymous(this="make_interval", expressions=[named])
