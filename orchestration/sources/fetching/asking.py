"""Asking: dlt's client for REST APIs with the endpoints of a kind, a page after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

# Before dlt is imported: it tells nobody of us, and says nothing of its own.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

import requests
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from dlt.sources.rest_api.config_setup import create_auth, create_response_hooks

from ..api import Api, Endpoint, Page
from ..errors import SourceError, SourceUnreachable, WrongSource
from ..model import Opening
from .adapter import DeskAdapter, moment_of
from .addresses import Origin, base_address
from .limits import Limits

MOST_RECORDS = 1000
CAME_TWICE = "cursors that came twice"


class Following(BasePaginator):
    """The next request as an endpoint tells it from an answer; what comes twice ends it."""

    def __init__(self, endpoint: Endpoint, limits: Limits) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._limits = limits
        self._left = limits.pages
        self._next: Mapping[str, Any] = {}
        self._seen: list[Mapping[str, Any]] = []
        self.came_twice = False

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """What comes next, if anything."""
        following = self._endpoint.following(response.json(), data or [])
        self.came_twice = following is not None and following in self._seen
        self._left -= 1
        if following is not None and not self._left:
            raise SourceError(
                f"{self._endpoint.path} has more than {self._limits.pages:,} pages: name a later "
                "day by --option since=<day>"
            )
        self._has_next_page = following is not None and not self.came_twice
        if following is not None:
            self._next = following
            self._seen = [*self._seen[-_REMEMBERED:], following]

    def update_request(self, request: requests.Request) -> None:
        """Ask for that."""
        params = dict(self._next)
        request.url = params.pop("url", request.url)
        if self._endpoint.method == "POST":
            request.json = params
        else:
            request.params = params


_REMEMBERED = 1000


class Asker:
    """Asks a desk; `counts` holds what has to be said of it."""

    def __init__(
        self,
        name: str,
        title: str,
        api: Api,
        where: str,
        opening: Opening,
        limits: Limits,
        until: float | None = None,
        page_size: int = MOST_RECORDS,
    ) -> None:
        self.options = opening.options
        self.page_size = page_size
        self._name = name
        self._limits = limits
        allowed = opening.options["allow_host"]
        self._address = base_address(where, title, api.domains, allowed)
        self._host = Origin.of(self._address).host
        self.adapter = DeskAdapter(name, Origin.of(self._address), limits, until)
        self.counts = self.adapter.counts
        session = self._session(str(opening.options["ca_file"]))
        self._client = RESTClient(
            self._address,
            headers={"Accept": "application/json", **api.headers},
            auth=self._auth(api, opening.login, session),
            session=session,
            config=RuntimeConfiguration(http_show_error_body=False),
        )

    def pages(self, endpoint: Endpoint) -> Iterator[Page]:
        """The pages of an endpoint; none where it is absent and need not be there."""
        paginator = Following(endpoint, self._limits)
        is_post = endpoint.method == "POST"
        found = self._client.paginate(
            endpoint.path,
            method=endpoint.method,
            json=dict(endpoint.params) if is_post else None,
            params=None if is_post else dict(endpoint.params),
            paginator=paginator,
            data_selector=endpoint.records or "$",
            hooks=create_response_hooks(
                [{"status_code": status, "action": "ignore"} for status in endpoint.absent]
            ),
        )
        pages = self._worded(found)
        for page in pages:
            yield Page(
                endpoint, list(page), page.response.json(), not paginator.has_next_page,
                moment_of(page.response.headers.get("Date", "")),
            )  # fmt: skip
        self.counts[CAME_TWICE] += paginator.came_twice

    def records(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        """All records of an endpoint that has few."""
        return [record for page in self.pages(endpoint) for record in page.records]

    def _worded(self, pages: Iterator[Any]) -> Iterator[Any]:
        """The pages; what dlt and requests say of an error may quote an answer or an address."""
        try:
            yield from pages
        except SourceError:
            raise
        except requests.HTTPError as error:
            raise self._error_of(None if error.response is None else error.response) from None
        except Exception as error:
            raise SourceUnreachable(
                f"{self._host} answers in another form than its API ({type(error).__name__}): see "
                "that the address is the one of the API"
            ) from None

    def _error_of(self, answer: requests.Response | None) -> SourceError:
        status = 0 if answer is None else answer.status_code
        if status in (401, 403):
            return WrongSource(
                f"{self._host} refuses the token ({status}): see {_setting(self._name, 'TOKEN')}, "
                "that it is valid, and that it may read what docs/sources.md names"
            )
        if status == 404:
            return WrongSource(
                f"{self._host} has no such API (404): see that the address is the account's own"
            )
        return SourceUnreachable(f"{self._host} answers {status}: import again later")

    def _session(self, ca_file: str) -> requests.Session:
        """A session that takes neither logins nor trust from its surroundings, but proxies."""
        session = requests.Session()
        session.trust_env = False
        session.verify = ca_file or True
        session.max_redirects = 5
        session.proxies = requests.utils.get_environ_proxies(self._address)
        for scheme in ("http://", "https://"):
            session.mount(scheme, self.adapter)
        return session

    def _auth(self, api: Api, login: Mapping[str, str], session: requests.Session) -> Any:
        for part in api.login:
            if part not in login:
                word = _setting(self._name, "TOKEN" if part == "password" else "USER")
                raise WrongSource(f"{word} is not set: {api.login_is}")
        auth: Any = create_auth(api.auth(login, self._address))  # type: ignore[arg-type]
        if hasattr(auth, "access_token_url"):
            auth.session = session  # where a token is asked for first, within the same limits
        return auth


def _setting(name: str, word: str) -> str:
    return f"INBOX_SOURCE_{name.upper()}_{word}"
