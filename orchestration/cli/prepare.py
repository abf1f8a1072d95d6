"""`inbox prepare`: the home, ready for Dagster's own processes."""

from __future__ import annotations

from typing import Any

import click

from orchestration.cli.flags import read_settings, setting_flags
from orchestration.cli.printing import console


@click.command()
@setting_flags
def prepare(**flags: Any) -> None:
    """Make the home ready for Dagster's own processes, which a deployment starts by themselves."""
    from orchestration.dagster_app.instance import prepare_dagster_home
    from orchestration.machine.access import make_private

    settings = read_settings(**flags)
    make_private(settings)
    prepare_dagster_home(settings)
    console.print(f"DAGSTER_HOME is {settings.dagster_home}", soft_wrap=True)
