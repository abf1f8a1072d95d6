"""Looking for a user in everything that is kept, as whoever has to prove that they are gone.

Belongs here: what is looked for, and the places: files of the home, an object store, PostgreSQL.
Does not: taking a user out of them (`erasure`).
Every place is read for itself and not by what the pipeline remembers of it.
"""

from orchestration.privacy.search.outcome import Search
from orchestration.privacy.search.places import search_everything, search_tables
from orchestration.privacy.search.wanted import ErasedUsers, NamedUser, Wanted

__all__ = ["ErasedUsers", "NamedUser", "Search", "Wanted", "search_everything", "search_tables"]
