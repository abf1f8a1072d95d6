"""Which address may be asked: over https, of the vendor's domain, or what the options allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from ..errors import WrongSource

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port: what a request may never leave."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, address: str) -> Origin:
        """The origin of an address. Raises ValueError where it has none."""
        parts = urlsplit(address)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("no address of http or https")
        return cls(parts.scheme, parts.hostname.lower(), parts.port or _PORTS[parts.scheme])

    @property
    def is_this_machine(self) -> bool:
        """Whether nothing leaves this machine."""
        return self.host in _THIS_MACHINE


def is_api(where: str) -> bool:
    """Whether records are fetched from an API."""
    return where.lower().startswith(("https://", "http://"))


def base_address(where: str, title: str, domains: Sequence[str], allowed: Sequence[str]) -> str:
    """The address that requests begin with. Raises WrongSource where it may not be asked."""
    parts = urlsplit(where)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise WrongSource(
            "The address holds a login, a query or a #: give scheme, host and path alone, and the "
            "login by INBOX_SOURCE_<NAME>_USER and INBOX_SOURCE_<NAME>_TOKEN"
        )
    try:
        origin = Origin.of(where)
    except ValueError:
        raise WrongSource("The address names no host: give it as https://<host>") from None
    _see_that_it_may_be_asked(origin, title, domains, {host.lower() for host in allowed})
    return _joined(parts)


def _see_that_it_may_be_asked(
    origin: Origin, title: str, domains: Sequence[str], allowed: set[str]
) -> None:
    if origin.is_this_machine or origin.host in allowed:
        return
    if origin.scheme != "https":
        raise WrongSource(
            f"{origin.host} would be asked over plain http, and the token could be read on the way:"
            f" give https://, or allow it by --option allow_host={origin.host}"
        )
    if domains and not any(origin.host == d or origin.host.endswith(f".{d}") for d in domains):
        raise WrongSource(
            f"{origin.host} is not of {' or '.join(domains)}, where {title} is: see that it is "
            f"yours, and allow it by --option allow_host={origin.host}"
        )


def _joined(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
