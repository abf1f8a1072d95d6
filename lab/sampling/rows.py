"""Rows of what happens to conversations, and the life of each from its start to its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.sampling.randomness import Flags, Integers

NEVER = 2**62
NOT_YET = 0  # in the records below, which have no nulls: an instant that has not come
STATUSES = ("open", "pending", "snoozed", "closed")
CLOSED = STATUSES.index("closed")

MESSAGE = np.dtype(
    [
        ("thread", "i8"),
        ("number", "i4"),
        ("is_deleted", "?"),
        ("thread_created_at", "i8"),
        ("sent_at", "i8"),
        ("updated_at", "i8"),
    ]
)
THREAD = np.dtype(
    [
        ("thread", "i8"),
        ("created_at", "i8"),
        ("updated_at", "i8"),
        ("closed_at", "i8"),
        ("first_closed_at", "i8"),
        ("deleted_at", "i8"),
        ("agent", "i4"),
        ("closer", "i4"),
        ("label_set", "i2"),
        ("status", "i1"),
        ("reopen_count", "i1"),
    ]
)
RATING = np.dtype(
    [
        ("thread", "i8"),
        ("thread_created_at", "i8"),
        ("rated_at", "i8"),
        ("updated_at", "i8"),
        ("agent", "i4"),
        ("score", "i1"),
        ("is_deleted", "?"),
    ]
)


@dataclass(frozen=True)
class Lives:
    """Conversations from their start to their end, one element each.

    Not all of it has happened by the end of a history: what lies beyond is left out.
    """

    threads: Integers
    created_at: Integers
    messages: Integers  # how many there will be
    message_rows: Integers  # of each message, the position of its conversation
    message_numbers: Integers
    sent_at: Integers
    closed_at: Integers
    reopened_at: Integers
    closed_again_at: Integers
    labels_changed_at: Integers
    reassigned_at: Integers
    deleted_at: Integers
    is_late: Flags  # whether its last change comes weeks or months after the others
    first_label_set: Integers
    label_set: Integers
    first_agent: Integers
    agent: Integers
