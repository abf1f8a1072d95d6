"""`python -m orchestration.cli`: the command `inbox`."""

from orchestration.cli import start

start()
