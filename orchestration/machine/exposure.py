"""What settings give away on their way through a network; told, since it may be meant so."""

from __future__ import annotations

import ipaddress
import logging
import os
from urllib.parse import parse_qs, urlsplit

from orchestration.settings import Settings

logger = logging.getLogger("inbox.settings")

_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})


def warn_of_exposure(settings: Settings) -> None:
    """Log a warning for each setting by which a secret or data go through a network unencrypted."""
    for warning in exposures(settings):
        logger.warning("%s", warning)


def exposures(settings: Settings) -> list[str]:
    """A line for each such setting; it never holds the setting's value."""
    found = []
    if settings.alert_url is not None:
        address = urlsplit(settings.alert_url.get_secret_value())
        if address.scheme == "http" and not is_here(address.hostname):
            found.append(
                "INBOX_ALERT_URL is http://: its secret and the alerts can be read on their way; "
                "use https://"
            )
    for name in ("publish_postgres", "dagster_postgres"):
        secret = getattr(settings, name)
        if secret is not None and _is_open_postgres(secret.get_secret_value()):
            found.append(
                f"INBOX_{name.upper()} leads to another machine without sslmode: its password and "
                "the data may be read on their way; add ?sslmode=verify-full"
            )
    return found


def _is_open_postgres(url: str) -> bool:
    address = urlsplit(url)
    options = parse_qs(address.query)
    hosts = options.get("host", [address.hostname or ""])
    mode = options.get("sslmode", [os.environ.get("PGSSLMODE", "")])[-1]
    return mode not in _ENCRYPTED and not all(map(is_here, hosts))


def is_here(host: str | None) -> bool:
    """Whether a host is this machine alone: loopback, or a socket in a folder."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
