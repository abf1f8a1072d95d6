"""Zendesk Support: which landings have it, and what it can be told."""

from __future__ import annotations

from ..model import Kind, LeavesOut, Option
from .leaving_out import LEAVE_OUT_GROUPS
from .zendesk_api import API
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
    leaves_out=LeavesOut(("tickets",), "group_id", "groups"),
    erased="select id as person from new.users where is_erased",
    api=API,
    options=(
        Option("bots", [], "identifiers of accounts that answer by themselves"),
        Option("drop_labels", ["closed_by_merge"], "tags that are no labels; * stands for any"),
        LEAVE_OUT_GROUPS,
        Option("keep_samples", False, "whether Zendesk's sample tickets count"),
        Option("survey_steps", 5, "steps of the scale of the newer surveys", least=2),
    ),
)
