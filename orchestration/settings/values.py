"""What the value of a setting may be: types of the settings, each with the check behind it.

Belongs here: what is asked of a value by itself, and the words for who gave a wrong one. Does not:
which settings there are, and what they are for.
"""

from __future__ import annotations

import grp
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import NoDecode

from orchestration.settings.addresses import is_address, local_folder, object_address

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_Location = TypeVar("_Location", Path, Path | None, Path | str | None)


def _absolute(value: _Location) -> _Location:
    return value.expanduser().absolute() if isinstance(value, Path) else value


def _exports_location(value: Any) -> Any:
    if isinstance(value, str):
        return object_address(value) if is_address(value) else local_folder(value)
    return value


def _home_location(value: Any) -> Any:
    if isinstance(value, str) and is_address(value):
        raise ValueError("give a folder of this machine")
    return local_folder(value) if isinstance(value, str) else value


def _home_of_databases(value: Path) -> Path:
    # To Dagster's and dbt's databases a path is part of an address.
    if found := [character for character in "?#" if character in str(value)]:
        raise ValueError(f"give a folder whose path has no {found[0]}")
    return value


def _object_folder(value: Any) -> Any:
    return object_address(value) if isinstance(value, str) else value


def _store_of_a_cluster(value: str | None) -> str | None:
    if value is not None and not value.startswith(("s3://", "gs://")):
        raise ValueError("give it as s3://<bucket>/<folder> or gs://<bucket>/<folder>")
    return value


def _long_key(value: SecretStr | None) -> SecretStr | None:
    if value is not None and len(value.get_secret_value()) < 32:
        raise ValueError("it is shorter than 32 characters; make one with: openssl rand -hex 32")
    return value


def _weekdays(value: Any) -> Any:
    words = value.split(",") if isinstance(value, str) else map(str, value)
    return tuple(sorted({_weekday(word.strip().lower()) for word in words if word.strip()}))


def _weekday(word: str) -> int:
    for number, name in enumerate(_WEEKDAYS, start=1):
        if word in (str(number), name, name[:3]):
            return number
    raise ValueError(f"{word!r} is no weekday; give such as saturday,sunday or 6,7")


def _known_group(value: str | None) -> str | None:
    if value is not None:
        try:
            grp.getgrnam(value)
        except KeyError:
            raise ValueError(f"{value!r} is no group of this machine") from None
    return value


def _postgres_address(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not value.get_secret_value().startswith("postgresql://"):
        raise ValueError("give it as postgresql://<user>:<password>@<host>:<port>/<database>")
    return value


def known_zone(value: str) -> str:
    """A zone by its IANA name. Raises ValueError for what is none."""
    # Not by looking whether there are rules: the machine's "localtime" is no name of a zone.
    if value not in available_timezones():
        raise ValueError(f"{value!r} is not the IANA name of a time zone; one is Europe/Warsaw")
    return value


def _five_fields(value: str) -> str:
    # What each may hold is Dagster's to say, where the schedule is made.
    if len(value.split()) != 5:
        raise ValueError(
            f"{value!r} is not a time of the day as five fields of cron; one is '30 2 * * *'"
        )
    return value


def _no_login(value: str | None) -> str | None:
    # They are shown, the one in every alert: whoever reads that would have the login.
    if value is not None and "@" in urlsplit(value).netloc:
        raise ValueError("give the address without a login, which others would see")
    return value


def _host_alone(value: str) -> str:
    if not re.fullmatch(r"[^@/\s]+", value):
        raise ValueError(
            "give a name or an address alone; the login is INBOX_SPARK_USER and "
            "INBOX_SPARK_PASSWORD"
        )
    return value


def _web_address(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.match(r"https?://[^/\s]+\S*$", value.get_secret_value()):
        # The value is a secret: never shown.
        raise ValueError("it is not an address that starts with https:// or http://")
    return value


ExportsLocation = Annotated[
    Path | str | None, BeforeValidator(_exports_location), AfterValidator(_absolute)
]
HomeFolder = Annotated[
    Path,
    BeforeValidator(_home_location),
    AfterValidator(_absolute),
    AfterValidator(_home_of_databases),
]
LocalFile = Annotated[Path | None, AfterValidator(_absolute)]
ObjectFolder = Annotated[str | None, BeforeValidator(_object_folder)]
ClusterFolder = Annotated[
    str | None, BeforeValidator(_object_folder), AfterValidator(_store_of_a_cluster)
]
Host = Annotated[str, AfterValidator(_host_alone)]
ShownAddress = Annotated[str, AfterValidator(_no_login)]
Webhook = Annotated[SecretStr | None, AfterValidator(_web_address)]
PostgresAddress = Annotated[SecretStr | None, AfterValidator(_postgres_address)]
PseudonymKey = Annotated[SecretStr | None, AfterValidator(_long_key)]
ZoneName = Annotated[str, AfterValidator(known_zone)]
CronSchedule = Annotated[str, AfterValidator(_five_fields)]
Weekdays = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_weekdays)]
GroupName = Annotated[str | None, AfterValidator(_known_group)]


def in_words(problem: Any, secrets: Collection[str], fields: Mapping[str, FieldInfo]) -> str:
    """Which setting is wrong and why; a value that may hold a secret is not told.

    Of what is written in one way alone a pattern tells people little: its field has an example.
    """
    name = f"INBOX_{'_'.join(str(part) for part in problem['loc']).upper()}"
    message = problem["msg"].removeprefix("Value error, ")
    examples = fields[problem["loc"][0]].examples
    if examples and problem["type"].startswith(("string_pattern", "date_")):
        message = f"write it as {examples[0]}"
    problem_input = problem.get("input")
    is_secret = "://" in str(problem_input) or problem["loc"][0] in secrets
    if not is_secret and "input" in problem and repr(problem_input) not in message:
        message = f"{problem['input']!r} is wrong: {message}"
    return f"{name}: {message}"
