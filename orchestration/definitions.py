"""What Dagster loads, by `workspace.yaml`: the code location for the current settings."""

from orchestration.dagster_app.build import build_defs
from orchestration.machine.access import make_private
from orchestration.machine.core_files import leave_no_core_file
from orchestration.machine.exposure import warn_of_exposure
from orchestration.settings import load_settings

leave_no_core_file()
settings = load_settings()
make_private(settings)  # each of Dagster's processes writes as the command does
warn_of_exposure(settings)
defs = build_defs(settings)
