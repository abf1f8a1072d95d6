"""Zendesk Support: which landings have it, and what it can be told."""

from __future__ import annotations

from ..model import Kind, Option
from .zendesk_fivetran import FIVETRAN
from .zendesk_kept import KEPT
from .zendesk_mapping import TOUCHED, canonical
from .zendesk_tables import VENDOR

ZENDESK = Kind(
    name="zendesk",
    title="Zendesk Support",
    landings=("airbyte", "fivetran", "dlt", "singer", "files"),
    tables={
        "vendor": VENDOR,
        "fivetran": FIVETRAN,
    },
    kept=KEPT,
    canonical=canonical,
    touched=TOUCHED,
    options=(
        Option("bots", [], "identifiers of accounts that answer by themselves"),
        Option("drop_labels", ["closed_by_merge"], "tags that are no labels; * stands for any"),
        Option("leave_out", [], "identifiers of groups whose tickets are not imported"),
        Option("keep_samples", False, "whether Zendesk's sample tickets count"),
        Option("survey_steps", 5, "steps of the scale of the newer surveys"),
    ),
)
