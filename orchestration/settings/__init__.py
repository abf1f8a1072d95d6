"""Settings: environment, `.env` file and flags to one typed value.

Belongs here: every `INBOX_*` name, its type, its default; in `values` what a type may hold, in
`home` the paths that follow. Does not: anything that reads or writes what the paths point to, and
any other room.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.errors import WrongUse
from orchestration.settings.home import HomePaths
from orchestration.settings.ownership import refuse_foreign
from orchestration.settings.resources import part_of_memory, threads_for
from orchestration.settings.values import (
    ClusterFolder,
    CronSchedule,
    ExportsLocation,
    GroupName,
    HomeFolder,
    Host,
    LocalFile,
    ObjectFolder,
    PostgresAddress,
    PseudonymKey,
    ShownAddress,
    Webhook,
    Weekdays,
    ZoneName,
    in_words,
)

PROJECT_ROOT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
ENV_FILE = ".env"

# Settings whose values are never shown: secrets, and addresses, in which a login may be.
SECRETS = frozenset(
    {
        "alert_url",
        "dagster_postgres",
        "dagster_url",
        "page_url",
        "pseudonym_key",
        "publish_postgres",
        "spark_host",
        "spark_password",
        "thread_url",
    }
)


ParquetRhythm = Literal["always", "weekly", "monthly", "never"]


class SettingsError(WrongUse):
    """A setting that is missing or wrong; its text is one line that says what to do."""


class Settings(HomePaths, BaseSettings):
    """What the pipeline is told, by `INBOX_*` variables or `.env` in the current folder."""

    model_config = SettingsConfigDict(
        env_prefix="INBOX_",
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    exports: ExportsLocation = Field(
        default=None,
        description="Folder that holds one folder of export files a day; of this machine, or "
        "s3://, gs:// or az://.",
    )
    sources: LocalFile = Field(
        default=None,
        description="YAML file that names the help desks whose records are brought in each day.",
    )
    source_seconds: int = Field(
        default=3600,
        ge=1,
        description="Seconds after which the import of a source is given up for this time.",
    )
    home: HomeFolder = Field(
        default=Path("data"), description="Everything the pipeline writes lies in this folder."
    )
    timezone: ZoneName = Field(default="UTC", description="IANA name of the zone of the days.")
    week_start: Literal["monday", "sunday"] = Field(
        default="monday", description="First day of a week: monday or sunday."
    )
    max_rejected: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Share of an entity's rows in a day that may be rejected before a publication "
        "stops; up to 9 rows never stop it.",
    )
    schedules: LocalFile = Field(
        default=None,
        description="CSV file of the opening hours that working time is counted by; without one "
        "there is no working time.",
    )
    schedule: CronSchedule = Field(
        default="30 2 * * *",
        description="When the daily load starts, in the zone: minute, hour, day of the month, "
        "month, day of the week.",
    )
    alert_url: Webhook = Field(
        default=None, description="Webhook that is told of failed runs and of their recovery."
    )
    deadline: str | None = Field(
        default=None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        examples=["08:00"],
        description="Time of the day, such as 08:00 in the zone, until which the export of the day "
        "before may come; it is late after that, which INBOX_ALERT_URL is told. With the daily "
        "load unless set.",
    )
    dagster_url: ShownAddress = Field(
        default="http://127.0.0.1:3000",
        pattern=r"^https?://[^\s]+$",
        examples=["https://dagster.example"],
        description="Where people open the Dagster UI; alerts link to it.",
    )
    page_url: ShownAddress | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        examples=["https://reports.example"],
        description="Where readers open the report's page, where that is through a proxy.",
    )
    thread_url: ShownAddress | None = Field(
        default=None,
        pattern=r"^https?://[^\s]*\{thread_id\}[^\s]*$",
        examples=["https://desk.example/tickets/{thread_id}"],
        description="Where the help desk shows a thread, with {thread_id} for its identifier, such "
        "as https://desk.example/tickets/{thread_id}; makes links of threads behind a number.",
    )
    threads: int = Field(
        default_factory=lambda: os.cpu_count() or 2,
        ge=1,
        description="Threads of the engine; unless set all cores, or one for the days of a small "
        "inbox, which would not be faster by more.",
    )
    memory_limit: str = Field(
        default_factory=lambda: part_of_memory(0.6),
        pattern=r"^\d+(\.\d+)?\s?[KMGT]i?B$",
        examples=["8GB"],
        description="Memory of the engine before it spills to disk, such as 8GB; 60% of the "
        "machine's unless set.",
    )

    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb",
        description="What builds the tables from what has landed: duckdb, on this machine, or "
        "spark, on a cluster.",
    )
    spark_host: Host = Field(
        default="127.0.0.1", description="Host of the cluster's Thrift server (HiveServer2)."
    )
    spark_port: int = Field(default=10000, ge=1, le=65535, description="Its port.")
    spark_user: str = Field(default="inbox", description="Who builds there.")
    spark_password: SecretStr | None = Field(
        default=None, description="Their password, where the server asks for one (LDAP)."
    )
    spark_schema: str = Field(
        default="inbox",
        pattern=r"^[a-z][a-z0-9_]*$",
        examples=["inbox, in small letters, digits and _"],
        description="How the names of the databases there begin: <name>_main holds what readers "
        "get.",
    )

    spark_file_format: Literal["parquet", "delta", "iceberg"] = Field(
        default="parquet", description="How the cluster keeps its tables, where it has the format."
    )
    spark_raw: ClusterFolder = Field(
        default=None,
        description="Folder of an object store that gets a copy of the landed files, s3:// or "
        "gs://, for a cluster that does not see INBOX_HOME.",
    )

    parquet: ParquetRhythm = Field(
        default="always",
        description="How often Parquet is written beside the database file: always (with each "
        "publication), weekly (from Monday) or monthly (with the first whose data are of another "
        "one), never. In between the files of the last time stay, all of one publication.",
    )
    publish_store: ObjectFolder = Field(
        default=None,
        description="Folder of an object store that gets a copy of each publication: s3://, gs:// "
        "or az://.",
    )
    publish_postgres: PostgresAddress = Field(
        default=None,
        description="PostgreSQL database that gets a copy of each publication, in schema inbox.",
    )
    dagster_postgres: PostgresAddress = Field(
        default=None,
        description="PostgreSQL database of Dagster's runs and events; SQLite files unless set.",
    )
    pseudonym_key: PseudonymKey = Field(
        default=None,
        description="Key of 32 characters or more; with it, users land as pseudonyms. Keep it "
        "apart from the data: without it there is no way back.",
    )
    retention_days: int | None = Field(
        default=None,
        ge=1,
        description="Days before the last loaded one after which a day is closed: superseded "
        "versions and what was set aside go, published tables stay as they are.",
    )
    restatement_days: int = Field(
        default=400,
        ge=1,
        description="Days for which the published log keeps what a publication restated.",
    )
    covered_from: date | None = Field(
        default=None,
        examples=["2024-01-31"],
        description="First day of which everything is there; days from it on that do not arrive "
        "are missing. The first loaded day unless set, or what a first fill of a source recorded.",
    )
    no_delivery: Weekdays = Field(
        default=(),
        description="Weekdays without a delivery, such as saturday,sunday (or 6,7): they are never "
        "missing.",
    )
    group: GroupName = Field(
        default=None,
        description="Group of the machine that may read what is published; nobody but the owner "
        "unless set.",
    )

    @property
    def exports_folder(self) -> Path | str:
        """The exports folder, or its address. Raises SettingsError where none is set."""
        if self.exports is None:
            raise SettingsError(
                "INBOX_EXPORTS is not set: give the folder of the exports with --exports or "
                "there, or sources with INBOX_SOURCES"
            )
        return self.exports

    @property
    def generated_exports(self) -> Path:
        """Where sources write export days: INBOX_EXPORTS, or the home where that may not be."""
        if isinstance(self.exports, Path) and os.access(self.exports, os.W_OK | os.X_OK):
            return self.exports
        return self.home / "exports"

    @property
    def pseudonym_key_bytes(self) -> bytes | None:
        """The key of the pseudonyms, for the functions that make them."""
        return (
            None if self.pseudonym_key is None else self.pseudonym_key.get_secret_value().encode()
        )

    @property
    def engine_config(self) -> dict[str, str]:
        """What DuckDB is opened with for a batch, to publish or to compare.

        Only where `warehouse_lock` is held: two engines in one spill folder can crash.
        """
        # The file of another engine holds views alone, whatever the inbox.
        are_set = "threads" in self.model_fields_set or self.engine != "duckdb"
        return {
            "threads": str(threads_for(self.warehouse_database, self.threads, are_set=are_set)),
            "memory_limit": self.memory_limit,
            "temp_directory": str(self.warehouse_folder / "spill"),
        }

    @property
    def dbt_vars(self) -> dict[str, str | float]:
        """The dbt variables that follow from the settings."""
        return {
            "inbox_timezone": self.timezone,
            "inbox_week_start": self.week_start,
            "inbox_max_rejected": self.max_rejected,
        }


def load_settings(**overrides: Any) -> Settings:
    """Settings from overrides (those that are not None), the environment and `.env`, in this order.

    Raises SettingsError with one line for each wrong setting, NotOurs for a `.env` that somebody
    else may have written.
    """
    refuse_foreign(Path(ENV_FILE).absolute(), "settings are read from it", {os.geteuid(), 0})
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(
            "\n".join(
                in_words(problem, SECRETS, Settings.model_fields) for problem in error.errors()
            )
        ) from None
