"""Intercom: which landings have it, and what it can be told."""

from __future__ import annotations

from ..model import Kind, LeavesOut, Option
from .intercom_api import API
from .intercom_fivetran import FIVETRAN
from .intercom_kept import KEPT
from .intercom_mapping import TOUCHED, canonical
from .intercom_tables import FILES, SINGER, VENDOR
from .leaving_out import LEAVE_OUT_GROUPS

INTERCOM = Kind(
    name="intercom",
    title="Intercom",
    landings=("airbyte", "fivetran", "dlt", "singer", "files"),
    tables={
        "vendor": VENDOR,
        "singer": SINGER,
        "files": FILES,
        "api": FILES,
        "fivetran": FIVETRAN,
    },
    kept=KEPT,
    canonical=canonical,
    touched=TOUCHED,
    leaves_out=LeavesOut(("conversations", "tickets"), "team_id", "teams"),
    api=API,
    options=(
        Option("bots", [], "identifiers of teammates that answer by themselves"),
        LEAVE_OUT_GROUPS,
        Option("keep_outbound", False, "whether outbound conversations that nobody answered count"),
    ),
)
