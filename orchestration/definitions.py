"""What Dagster loads, by `workspace.yaml`: the code location for the current settings."""

from orchestration.build import build_defs
from orchestration.settings import load_settings

defs = build_defs(load_settings())
