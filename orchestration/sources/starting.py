"""How far a source has come, before an import: and whether what is asked for fits that."""

from __future__ import annotations

from pathlib import Path

from . import keeping
from .errors import WrongSource
from .keeping import SourceState
from .persons import key_check
from .request import Source, Surroundings


def state_of(
    source: Source, folder: Path, exports: Path, surroundings: Surroundings
) -> SourceState:
    """The source's state, a new one before its first import, once it fits what is asked for."""
    found = keeping.read_state(folder)
    state = found or SourceState(
        kind=source.kind_name, prefix=source.prefix or "", exports=str(exports)
    )
    if state.kind != source.kind_name:
        raise WrongSource(f"The source {source.name} is one of {state.kind}: give another name")
    if source.prefix is not None and source.prefix != state.prefix:
        raise WrongSource(
            f"The prefix of {source.name} is {state.prefix!r} since its first import and cannot be "
            "changed: import it under another name into other exports"
        )
    check = key_check(surroundings.users)
    if found is not None and found.pseudonym_check != check:
        raise WrongSource(
            f"What is kept of {source.name} was made with another INBOX_PSEUDONYM_KEY (or with "
            "none): one person would be two. Give that key, or import into another INBOX_HOME"
        )
    for name, other in keeping.read_states(surroundings.sources_folder).items():
        if name != source.name and (other.prefix, other.exports) == (state.prefix, str(exports)):
            raise WrongSource(
                f"{source.name} and {name} would write equal identifiers to {exports}: give "
                f"{source.name} a --prefix of its own"
            )
    return state.model_copy(
        update={"exports": str(exports), "where": source.where, "pseudonym_check": check}
    )
