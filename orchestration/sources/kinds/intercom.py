"""Intercom: which landings have it, and what it can be told."""

from __future__ import annotations

from ..model import Kind, Option
from .intercom_fivetran import FIVETRAN
from .intercom_kept import KEPT
from .intercom_mapping import TOUCHED, canonical
from .intercom_tables import FILES, SINGER, VENDOR

INTERCOM = Kind(
    name="intercom",
    title="Intercom",
    landings=("airbyte", "fivetran", "dlt", "singer", "files"),
    tables={
        "vendor": VENDOR,
        "singer": SINGER,
        "files": FILES,
        "fivetran": FIVETRAN,
    },
    kept=KEPT,
    canonical=canonical,
    touched=TOUCHED,
    options=(
        Option("bots", [], "identifiers of teammates that answer by themselves"),
        Option("leave_out", [], "identifiers of teams whose conversations are not imported"),
        Option("keep_outbound", False, "whether outbound conversations that nobody answered count"),
    ),
)
