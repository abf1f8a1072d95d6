"""A file a help desk: which tables it has, what of them is kept, and how that becomes our rows."""

from __future__ import annotations

from ..errors import WrongSource
from ..model import Kind
from .chatwoot import CHATWOOT
from .crisp import CRISP
from .django_helpdesk import DJANGO_HELPDESK
from .freshdesk import FRESHDESK
from .front import FRONT
from .gorgias import GORGIAS
from .help_scout import HELP_SCOUT
from .hubspot import HUBSPOT
from .intercom import INTERCOM
from .mbox import MBOX
from .request_tracker import REQUEST_TRACKER
from .zendesk import ZENDESK
from .znuny import ZNUNY

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        ZENDESK, INTERCOM, CHATWOOT, FRESHDESK, HELP_SCOUT, GORGIAS, HUBSPOT, FRONT, CRISP,
        REQUEST_TRACKER, ZNUNY, DJANGO_HELPDESK, MBOX,
    )
}  # fmt: skip


def kind_named(name: str) -> Kind:
    """The kind of a name. Raises WrongSource where there is none."""
    if name not in KINDS:
        raise WrongSource(f"There is no kind {name!r} of source: give one of {', '.join(KINDS)}")
    return KINDS[name]
