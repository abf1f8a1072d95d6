"""What comes in from elsewhere: pinned, hashed, looked at lately; what root installs is said."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tomllib
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from orchestration.settings import PROJECT_ROOT

PYPROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())
MAKEFILE = (PROJECT_ROOT / "Makefile").read_text()
DEBIAN = PROJECT_ROOT / ".ci" / "debian"


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", PROJECT_ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def locked(audit: ModuleType, name: str) -> dict[str, str]:
    return dict(audit.pinned((PROJECT_ROOT / name).read_text()))


def test_every_lock_has_a_version_and_hashes_of_each_package(audit: ModuleType) -> None:
    assert len(audit.lock_files()) >= 8
    for path in audit.lock_files():
        assert list(audit.wrong_in_lock(path.name, path.read_text())) == []


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("duckdb>=1.5\n", "not pinned in x: duckdb>=1.5"),
        ("duckdb==1.5.6\n", "no hash in x: duckdb==1.5.6"),
        ("--index-url https://x.example\na==1 --hash=sha256:0\n", "x names a host"),
    ],
)
def test_a_lock_that_lets_others_in_is_told(audit: ModuleType, lock: str, said: str) -> None:
    assert said in list(audit.wrong_in_lock("x", lock))


def test_what_installs_and_builds_is_locked_as_it_is_declared(audit: ModuleType) -> None:
    build = locked(audit, "locks/build.lock")
    assert PYPROJECT["build-system"]["requires"] == [f"setuptools=={build['setuptools']}"]
    assert set(build) == {"uv", "setuptools"}


def test_everything_is_installed_by_hash_and_nothing_is_fetched_to_build_with() -> None:
    installs = re.findall(r"(?:uv|-m) pip install (.*)", MAKEFILE)
    assert len(installs) >= 9
    for install in installs:
        is_ours = "--editable ." in install and "--no-build-isolation" in install
        assert is_ours or "$(LOCKED)" in install or "--require-hashes" in install, install
    (flags,) = re.findall(r"^LOCKED := (.*)", MAKEFILE, re.M)
    assert flags.split() == ["--quiet", "--no-build-isolation", "--require-hashes"]


def test_production_has_the_same_versions_and_none_of_the_tools_of_tests(
    audit: ModuleType,
) -> None:
    production = locked(audit, "locks/production.lock")
    everything = locked(audit, "requirements.lock")
    assert production.items() <= everything.items()
    tools = {
        re.split(r"[\[<>=; ]", requirement)[0].lower()
        for requirement in PYPROJECT["dependency-groups"]["dev"]
    }
    needed = {"polars", "numpy", "flask", "flask-cors"}  # by others, with some extras
    assert tools & production.keys() <= needed
    for extra in ("streamlit", "psycopg2-binary", "s3fs", "gcsfs", "adlfs", "pyhive"):
        assert extra in production


HEAD = "# Compared on 2026-11-25 with others.\npackage,fixed_in,advisory\n"


@pytest.mark.parametrize(
    ("today", "is_told"), [(date(2027, 1, 9), False), (date(2027, 1, 10), True)]
)
def test_a_comparison_of_more_than_45_days_ago_fails(
    audit: ModuleType, today: date, is_told: bool
) -> None:
    told = list(audit.too_old(HEAD, today))
    assert [line.split(":")[0] for line in told] == [
        "advisories.csv was compared 46 days ago, more than 45"
    ] * is_told


def test_a_comparison_without_a_day_fails(audit: ModuleType) -> None:
    assert list(audit.too_old("package,fixed_in,advisory\n", date(2026, 12, 1)))


def test_the_audit_says_what_it_does_not_cover(
    audit: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    lately = audit.COMPARED.search(audit.ADVISORIES.read_text())["day"]
    assert audit.main(date.fromisoformat(lately)) == 0
    told = capsys.readouterr().out
    assert "Not covered:\n" in told
    assert all(line in told for line in audit.NOT_COVERED)
    assert audit.main(date(2099, 1, 1)) == 1


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A path with what the script calls, and without a browser; apt-get notes what it is asked."""
    for name in ("bash", "sleep", "cat"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    write(tmp_path, "id", "echo 0")
    write(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/asked')
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!{shutil.which('bash')}\n{text}\n")
    path.chmod(0o755)


def call(machine: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(shutil.which("bash")), str(DEBIAN), *arguments],
        env={"PATH": str(machine), "PAUSE_SECONDS": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def asked(machine: Path) -> list[str]:
    path = machine / "asked"
    return path.read_text().splitlines() if path.exists() else []


def test_what_would_be_installed_is_listed_and_nothing_done(machine: Path) -> None:
    told = call(machine, "list", "browser")
    assert (told.returncode, told.stdout) == (0, "chromium\n")
    assert asked(machine) == []


def test_root_is_told_before_anything_is_installed(machine: Path) -> None:
    write(machine, "apt-get", f'echo "$@" >> {machine}/asked; echo >&2')
    told = call(machine, "install", "browser")
    assert told.returncode == 0
    assert told.stdout.splitlines()[0].endswith("as root, and without asking: chromium")
    assert "make debian-packages" in told.stdout
    assert [line.split()[2] for line in asked(machine)] == ["update", "install"]
    assert asked(machine)[1].endswith("chromium")


def test_what_is_there_is_left_alone(machine: Path) -> None:
    write(machine, "chromium-browser", "exit 1")
    told = call(machine, "install", "browser")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    assert asked(machine) == []


def test_who_is_not_root_gets_the_command(machine: Path) -> None:
    write(machine, "id", "echo 1000")
    told = call(machine, "install", "browser")
    assert told.returncode == 1
    assert "apt-get install --no-install-recommends chromium" in told.stderr
    assert asked(machine) == []


def test_a_busy_lock_is_waited_for(machine: Path) -> None:
    write(
        machine,
        "apt-get",
        f'echo "$@" >> {machine}/asked\n'
        f"mapfile -t asked < {machine}/asked\n"
        "[ ${#asked[@]} -ge 3 ] || { echo 'E: Could not get lock /x/lists/lock' >&2; exit 100; }",
    )
    told = call(machine, "install", "browser")
    assert told.returncode == 0
    assert told.stdout.count("Waiting for another apt to end") == 2
    assert len(asked(machine)) == 4
    gone = call(machine, "install", "browser", WAIT_SECONDS="0")
    assert gone.returncode == 0


def test_another_fault_of_apt_ends_it_and_is_told(machine: Path) -> None:
    write(machine, "apt-get", 'echo "E: Unable to fetch" >&2; exit 100')
    told = call(machine, "install", "browser")
    assert told.returncode == 1
    assert "Unable to fetch" in told.stderr
    assert "by hand: apt-get install" in told.stderr


def test_make_test_installs_by_that_script_alone() -> None:
    assert "apt-get" not in MAKEFILE
    assert os.access(DEBIAN, os.X_OK)
