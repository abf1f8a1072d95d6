"""Sample exports of any size: seeded, vectorised, the same bytes for the same arguments.

`Shape` says how large an inbox is; `write_history` writes its daily exports and
`write_one_more_day` the day after them, on its own. Every property of a conversation follows from
the seed and its number alone, so no state is kept and any part can be made again.
"""

from lab.sampling.history import write_history, write_one_more_day
from lab.sampling.shape import Shape
from lab.sampling.writing import FORMATS, Written

__all__ = ["FORMATS", "Shape", "Written", "write_history", "write_one_more_day"]
