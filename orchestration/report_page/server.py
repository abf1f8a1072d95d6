"""The page as `streamlit run` serves it: app.py behind the guard, asking nobody outside.

Belongs here: putting the two together. Does not: where it listens, and Streamlit's options, which
are in serve.
"""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware
from streamlit import net_util

from orchestration.machine.core_files import leave_no_core_file
from orchestration.report_page.configured import page_settings
from orchestration.report_page.document import Document, published_week_start
from orchestration.report_page.guard import Guard
from orchestration.report_page.packing import Packing
from orchestration.report_page.serve import APP, base_path


def _unknown() -> None:
    """In place of Streamlit's question to a server outside for the address of this machine."""


net_util.get_external_ip = _unknown
leave_no_core_file()
settings = page_settings()
app = st.App(
    APP,
    middleware=[
        Middleware(Guard, public_url=settings.page_url),
        Middleware(Packing),
        Middleware(
            Document,
            week_start=lambda: published_week_start(settings.published_database),
            base=base_path(settings.page_url),
        ),
    ],
)
