"""Which of Znuny's records are of queues that are never imported."""

from __future__ import annotations

from .leaving_out import is_left_out

LEFT_OUT = f"""
            select identifier(any_ticket.id)
            from landed."every ticket" as any_ticket
            inner join landed."every queue" as any_queue
                on identifier(any_ticket.queue_id) = identifier(any_queue.id)
            where {is_left_out("any_queue.name")}
"""
SAID_IN_LEFT_OUT = f"""
            select identifier(any_article.id)
            from landed."every article" as any_article
            where identifier(any_article.ticket_id) in ({LEFT_OUT})
"""
