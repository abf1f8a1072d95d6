"""Which of Request Tracker's records are of queues that are never imported."""

from __future__ import annotations

from .leaving_out import is_left_out

LEFT_OUT = f"""
            select identifier(ticket.id)
            from landed."every Tickets" as ticket
            inner join landed."every Queues" as queue
                on identifier(ticket.Queue) = identifier(queue.id)
            where {is_left_out("queue.Name")}
"""
SAID_IN_LEFT_OUT = f"""
            select identifier(said.id)
            from landed."every Transactions" as said
            where said.ObjectType = 'RT::Ticket' and identifier(said.ObjectId) in ({LEFT_OUT})
"""
