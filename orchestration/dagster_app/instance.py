"""The home of Dagster's instance: its folder, its configuration, the environment that names it.

It imports nothing of Dagster, which takes seconds; what opens the instance is in `runs`.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

from orchestration.machine import files
from orchestration.settings import PROJECT_ROOT, Settings, SettingsError

# Events of many days are stored as one; what plans a backfill of them asks this of Dagster.
EVENTS_AT_ONCE = 1000


def prepare_dagster_home(settings: Settings) -> None:
    """Makes the folder of Dagster's instance, with the project's configuration in it.

    Runs and events go to SQLite files there, or to the database of the settings.
    Raises SettingsError where the package for that is not installed.
    """
    import yaml

    configuration = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    if settings.dagster_postgres is not None:
        if find_spec("dagster_postgres") is None:
            raise SettingsError(
                "INBOX_DAGSTER_POSTGRES: install the extra inbox-warehouse[postgres] to use it"
            )
        # Dagster reads the address from the environment, so that no file holds its password.
        configuration["storage"] = {"postgres": {"postgres_url": {"env": "INBOX_DAGSTER_POSTGRES"}}}
        for name in ("event_log_storage", "run_storage", "schedule_storage"):
            configuration.pop(name, None)
        os.environ["INBOX_DAGSTER_POSTGRES"] = settings.dagster_postgres.get_secret_value()
    path = settings.dagster_home / "dagster.yaml"
    files.write_text(path, yaml.safe_dump(configuration), by_many=True)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(EVENTS_AT_ONCE))
