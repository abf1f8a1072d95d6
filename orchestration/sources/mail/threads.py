"""Which mails are one thread: a function of the set of mails, whatever the order they came in.

Gmail tells a mail's thread. Other mails are joined by what they refer to, also where the mail
between them is not there. A thread is named by the first mail that its earliest mail refers to, or
by that mail itself, so that it mostly keeps its name when older mails come.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Nodes = npt.NDArray[np.int64]

# What mails are joined by: their own key, the keys that they refer to, their subject.
_ENDS = """
    create or replace temp table mail_ends as
    with own as (
        select mail_key, mail_key as end_key from {mails} where gmail_thread_id is null
    ),
    referred as (
        select mail_key, unnest("references") as end_key from {mails} where gmail_thread_id is null
    ),
    subjects as (
        select mail_key, 'subject ' || subject_key as end_key
        from {mails}
        where gmail_thread_id is null and subject_key is not null
    )
    select * from own union all select * from referred union all select * from subjects
"""
_NODES = """
    create or replace temp table mail_nodes as
    select end_key, row_number() over () - 1 as node from (select distinct end_key from mail_ends)
"""
_LINKS = """
    select own_nodes.node as own_node, end_nodes.node as end_node
    from mail_ends
    inner join mail_nodes as own_nodes on mail_ends.mail_key = own_nodes.end_key
    inner join mail_nodes as end_nodes on mail_ends.end_key = end_nodes.end_key
"""
# A component that refers to mails whose thread Gmail tells is of the earliest one's thread.
_THREADS = """
    create or replace temp table {into} as
    with members as (
        select mail_nodes.end_key as mail_key, mail_components.component
        from mail_nodes
        inner join mail_components on mail_nodes.node = mail_components.node
    ),
    joined as (select * from {mails} inner join members using (mail_key)),
    named as (
        select
            component,
            coalesce(
                arg_min(gmail_thread_id, (sent_at, mail_key))
                    filter (where gmail_thread_id is not null),
                arg_min(coalesce("references"[1], mail_key), (sent_at, mail_key))
            ) as thread_id
        from joined
        group by component
    )
    select joined.mail_key, named.thread_id
    from joined
    inner join named using (component)
    where joined.gmail_thread_id is null
    union all
    select mail_key, gmail_thread_id from {mails} where gmail_thread_id is not null
"""


def join_mails(connection: duckdb.DuckDBPyConnection, mails: str, into: str) -> None:
    """Make a temporary table `into` (mail_key, thread_id) of a relation of mails.

    mails: a relation with mail_key, sent_at, references, subject_key and gmail_thread_id, a row a
    mail.
    """
    connection.execute(_ENDS.format(mails=mails))
    connection.execute(_NODES)
    links = connection.execute(_LINKS).to_arrow_table()
    own, end = (_numbers(links[name]) for name in ("own_node", "end_node"))
    count = int(own.max()) + 1 if len(own) else 0
    components = connected(own, end, max(count, int(end.max()) + 1 if len(end) else 0))
    nodes = pa.table({"node": np.arange(len(components)), "component": components})
    connection.register("mail_components", nodes)
    connection.execute(_THREADS.format(mails=mails, into=into))
    connection.unregister("mail_components")
    for table in ("mail_ends", "mail_nodes"):
        connection.execute(f"drop table {table}")


def connected(left: Nodes, right: Nodes, count: int) -> Nodes:
    """For each of `count` nodes the smallest one that links lead to, over any number of them."""
    smallest: Nodes = np.arange(count)
    while True:
        # Where the ends of a link stand for different nodes, the larger of these joins the smaller.
        ends = smallest[left], smallest[right]
        apart = ends[0] != ends[1]
        if not apart.any():
            return smallest
        lower, upper = np.minimum(*ends)[apart], np.maximum(*ends)[apart]
        np.minimum.at(smallest, upper, lower)
        while not np.array_equal(shorter := smallest[smallest], smallest):
            smallest = shorter


def _numbers(column: Any) -> Nodes:
    return column.to_numpy().astype(np.int64)  # type: ignore[no-any-return]
