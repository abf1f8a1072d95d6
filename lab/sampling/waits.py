"""How long things take in made-up conversations, in milliseconds by 12 random bits."""

from __future__ import annotations

import numpy as np

from lab.sampling.randomness import counts_with_mean, lognormal, mixture
from lab.sampling.shape import MESSAGES_PER_THREAD

MOST_MESSAGES = 60
MILLISECOND = 1000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Waits in milliseconds, by 12 random bits.
BETWEEN_MESSAGES = mixture((0.86, lognormal(9 * MINUTE, 1.4)), (0.14, lognormal(13 * HOUR, 1.0)))
UNTIL_CLOSED = lognormal(2 * HOUR, 1.5)
UNTIL_REOPENED = lognormal(20 * HOUR, 1.0)
UNTIL_RATED = lognormal(5 * HOUR, 1.3)
UNTIL_CHANGED = lognormal(16 * HOUR, 1.2)
MESSAGE_COUNTS = counts_with_mean(MESSAGES_PER_THREAD, 0.85, MOST_MESSAGES)
# Seconds into a day, mostly within office hours.
TIMES_OF_DAY = np.clip(
    mixture(
        (0.8, 13.5 * 3600 + 3.2 * 3600 * np.log(lognormal(1, 1))),
        (0.2, np.linspace(0, 86_399, 4096)),
    ),
    0,
    86_395,
)
