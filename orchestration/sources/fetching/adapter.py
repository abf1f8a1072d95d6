"""Every request to an API and its answer: asked again, waited for, cut off, or refused.

It lies below redirects and paging, so that whatever leads elsewhere ends here. What is told of an
error is the host, the status and the kind: no query, header or answer.
"""

from __future__ import annotations

import email.utils
import json
import logging
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from ..errors import OutOfTime, SourceError, SourceUnreachable, WrongSource
from .addresses import Origin
from .limits import Limits

logger = logging.getLogger("inbox.sources")

WAITS, SECONDS, RETRIES = (
    "times the desk asked to wait",
    "seconds waited for the desk",
    "requests repeated",
)
_WAITS_AFTER = ("Retry-After", "X-RateLimit-Retry-After")
_YEAR = 365 * 86_400
_BROKEN = (urllib3.exceptions.HTTPError, requests.ConnectionError, requests.Timeout, OSError)

pause, clock = time.sleep, time.monotonic


class DeskAdapter(HTTPAdapter):
    """Sends to one origin alone. until: the moment, as `clock` tells it, at which it stops."""

    def __init__(
        self,
        name: str,
        origin: Origin,
        limits: Limits,
        until: float | None = None,
    ) -> None:
        super().__init__(max_retries=0)
        self.counts: Counter[str] = Counter()
        self._name = name
        self._origin = origin
        self._limits = limits
        self._until = until

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """The answer, once there is one that is whole. Raises SourceError."""
        self._see_that_it_is_the_desks(str(request.url))
        given = {name: kwargs.get(name) for name in ("verify", "cert", "proxies")}
        given |= {"stream": True, "timeout": (self._limits.connect, self._limits.read)}
        refused = 0
        while True:
            answer = self._answer(request, given, refused + 1 >= self._limits.attempts)
            if answer is None or answer.status_code >= 500:
                refused += 1
                self._wait_after_failure(answer, refused)
            elif answer.status_code == 429:
                self._wait_as_asked(answer)
            else:
                self._see_where_it_leads(answer)
                return answer

    def _answer(
        self, request: requests.PreparedRequest, given: Mapping[str, Any], is_last: bool
    ) -> Any:
        """What came; None where it was cut off or nothing came, unless this was the last try."""
        self._see_that_there_is_time()
        try:
            answer = super().send(request, **given)
            try:
                return self._read(answer)
            finally:
                answer.close()
        except requests.exceptions.SSLError:
            raise SourceUnreachable(
                f"The certificate of {self._origin.host} is not trusted: where it is of a CA of "
                "your own, name its file by --option ca_file=<path>"
            ) from None
        except (*_BROKEN, ValueError) as error:
            if is_last:
                raise SourceUnreachable(
                    f"{self._origin.host} gave no whole answer ({type(error).__name__}), "
                    f"{self._limits.attempts} times: import again later"
                ) from None
            return None

    def _read(self, answer: requests.Response) -> requests.Response:
        """The answer with its content, read to its end. Raises ValueError where it is no JSON."""
        content = bytearray()
        for block in answer.raw.stream(2**16, decode_content=True):
            content += block
            if len(content) > self._limits.answer_bytes:
                raise SourceError(
                    f"{self._origin.host} sent an answer of more than "
                    f"{self._limits.answer_bytes // 2**20} MiB: it is not read"
                )
            self._see_that_there_is_time()
        answer._content = bytes(content)
        answer._content_consumed = True
        if answer.status_code == 200:
            parsed = json.loads(answer.content)
            # It is asked for several times.
            answer.json = lambda **_: parsed  # type: ignore[method-assign]
        return answer

    def _see_that_it_is_the_desks(self, address: str) -> None:
        try:
            is_the_desks = Origin.of(address) == self._origin
        except ValueError:
            is_the_desks = False
        if not is_the_desks:
            raise WrongSource(
                f"{self._origin.host} named an address of another scheme, host or port for what "
                "comes next: it is not followed, and nothing was sent there"
            )

    def _see_where_it_leads(self, answer: requests.Response) -> None:
        target = answer.headers.get("Location") if 300 <= answer.status_code < 400 else None
        if target and "://" in target:
            self._see_that_it_is_the_desks(target)
        elif target and target.startswith("//"):
            self._see_that_it_is_the_desks(f"{self._origin.scheme}:{target}")

    def _see_that_there_is_time(self, seconds: float = 0) -> None:
        if self._until is not None and clock() + seconds >= self._until:
            raise OutOfTime(f"{self._name} took too long and is behind")

    def _wait_after_failure(self, answer: requests.Response | None, refused: int) -> None:
        if refused >= self._limits.attempts:
            assert answer is not None
            raise SourceUnreachable(
                f"{self._origin.host} answers {answer.status_code}, {refused} times: import again "
                "later"
            )
        seconds = self._limits.first_wait * 2 ** (refused - 1)
        asked = None if answer is None else _asked_seconds(answer.headers)
        self.counts[RETRIES] += 1
        self._wait(max(seconds, asked or 0))

    def _wait_as_asked(self, answer: requests.Response) -> None:
        asked = _asked_seconds(answer.headers)
        seconds = self._limits.usual_wait if asked is None else asked
        self.counts[WAITS] += 1
        logger.info(
            "%s: %s allows no more requests now; it goes on in %.0f s",
            self._name, self._origin.host, seconds,
        )  # fmt: skip
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if seconds > self._limits.longest_wait:
            raise SourceUnreachable(
                f"{self._origin.host} asks to wait {seconds:.0f} s: import again after that"
            )
        self._see_that_there_is_time(seconds)
        self.counts[SECONDS] += round(seconds)
        pause(seconds)


def _asked_seconds(headers: Mapping[str, str]) -> float | None:
    """How long a server asks to wait, by its own clock where it names a moment."""
    for name in _WAITS_AFTER:
        if name in headers:
            text = headers[name].strip()
            return float(text) if _is_number(text) else _seconds_until(moment_of(text), headers)
    reset = headers.get("X-RateLimit-Reset", "").strip()
    if not _is_number(reset):
        return None
    # Some tell the moment, some how long it is until then.
    seconds = float(reset)
    if seconds < _YEAR:
        return seconds
    return _seconds_until(datetime.fromtimestamp(seconds, UTC), headers)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _seconds_until(moment: datetime | None, headers: Mapping[str, str]) -> float | None:
    now = moment_of(headers.get("Date", "")) or datetime.now(UTC)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def moment_of(text: str) -> datetime | None:
    """A moment as headers have it; None where there is none."""
    try:
        return email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
