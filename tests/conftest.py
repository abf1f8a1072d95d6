"""What every test starts from: no setting of the machine, and no file of the project touched."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from orchestration.settings import Settings
from tests.services.postgres import PostgresServer
from tests.services.s3 import S3Server

pytest_plugins = ["tests.costs"]


# The same examples in each run: `make fuzz` looks for new ones.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.load_profile("same")


def pytest_configure() -> None:
    """Gives the run a name, which its other processes inherit."""
    os.environ.setdefault("PYTEST_RUN", str(os.getpid()))
    # Dagster and dbt leave millions of objects; looking for cycles among them is a tenth of a run.
    gc.set_threshold(50_000, 10, 10)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes what the processes of the run had together, at the end of the one that began it."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(
            Path(tempfile.gettempdir()) / f"inbox-tests-{os.environ['PYTEST_RUN']}",
            ignore_errors=True,
        )


@pytest.fixture(autouse=True, scope="module")
def no_inherited_settings() -> Iterator[None]:
    """For fixtures of modules too: what an earlier module's runs have set is not theirs."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _remove_settings(monkeypatch)
        yield


@pytest.fixture(autouse=True)
def no_settings_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    _remove_settings(monkeypatch)


def _remove_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("INBOX_", "DBT_", "DAGSTER_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """One that lets everybody read, as most accounts have, whatever a command set before."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A real S3 server, one for all tests of a process."""
    with S3Server() as server:
        yield server


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, answering, with the environment of S3 clients set for it."""
    s3_server.recover()
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL server, one for all tests of a process."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def postgres(postgres_server: PostgresServer, request: pytest.FixtureRequest) -> PostgresServer:
    """The server, with an empty database for the tests of a file."""
    return postgres_server.database(request.module.__name__.rpartition(".")[2])


@pytest.fixture(scope="session")
def published_sample() -> Settings:
    """The bundled sample, published; to be read only."""
    from tests import homes

    return homes.published_sample()
