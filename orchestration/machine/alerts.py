"""Telling people of failed runs and of their recovery by a webhook; no Dagster.

Belongs here: the words, the request, and what is failing at the moment. Does not: looking for runs
that failed (`sensors`, `pipeline`).
The webhook's address is a secret: it is in no message, log or error.
"""

from __future__ import annotations

import fcntl
import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from orchestration.machine.advice import advice_for
from orchestration.settings import Settings

logger = logging.getLogger("inbox.alerts")

TIMEOUT_SECONDS = 5.0
ATTEMPTS = 3
WAIT_SECONDS = 1.0
MAX_REASON_CHARACTERS = 600


def tell_outcome(
    settings: Settings, subject: str, reasons: Sequence[str], run_id: str | None = None
) -> bool:
    """Tells of a failure, or of the first run that is well after one; whether anything was sent.

    subject: what was run, such as the name of a job. reasons: why it failed, the first one first;
    none where it is well. run_id: for a link to Dagster's UI.
    A webhook that does not answer is logged and otherwise changes nothing.
    """
    if settings.alert_url is None:
        return False
    with alert_record(settings) as record:
        if reasons:
            record.subjects.add(subject)
            return post(settings, failure_text(settings, subject, reasons, run_id))
        if subject not in record.subjects:
            return False
        is_sent = post(settings, recovery_text(settings, subject, run_id))
        if is_sent:
            record.subjects.discard(subject)
        return is_sent


def failure_text(
    settings: Settings, subject: str, reasons: Sequence[str], run_id: str | None = None
) -> str:
    """What failed, the first reason, what to do if that is said, how many more, where to look."""
    lines = [line.strip() for reason in reasons for line in reason.splitlines() if line.strip()]
    first = lines[0] if lines else "No reason was given."
    to_do = [line for line in lines[1:] if line == f"{advice_for(first)}."][:1]
    if len(first) > MAX_REASON_CHARACTERS:
        first = first[: MAX_REASON_CHARACTERS - 3] + "..."
    others = len(lines) - 1 - len(to_do)
    more = [f"And {others} more; the run lists them."] if others > 0 else []
    return "\n".join(
        [f"Inbox warehouse: {subject} failed.", first, *to_do, *more, place(settings, run_id)]
    )


def recovery_text(settings: Settings, subject: str, run_id: str | None = None) -> str:
    """What is well again, and where to look."""
    return f"Inbox warehouse: {subject} is well again.\n{place(settings, run_id)}"


def payload(address: str, text: str) -> dict[str, Any]:
    """The body of the request: `text`, as Slack, Mattermost and Teams' connectors take it.

    Teams' workflows take cards only, and Slack needs three characters escaped; both are known by
    the host.
    """
    host = urlsplit(address).hostname or ""
    if host.endswith((".logic.azure.com", ".powerplatform.com", ".powerautomate.com")):
        return {
            "type": "message",
            "attachments": [
                {
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "content": {
                        "type": "AdaptiveCard",
                        "version": "1.4",
                        "body": [
                            {"type": "TextBlock", "text": line, "wrap": True}
                            for line in text.splitlines()
                        ],
                    },
                }
            ],
        }
    if host == "slack.com" or host.endswith(".slack.com"):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": text}


def post(settings: Settings, text: str) -> bool:
    """Posts a text to INBOX_ALERT_URL; whether it was taken. Tries three times where that may help.

    Never raises: a run must not fail for want of a message about it.
    """
    assert settings.alert_url is not None
    address = settings.alert_url.get_secret_value()
    problem = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(WAIT_SECONDS * 2 ** (attempt - 1))
        try:
            request = urllib.request.Request(
                address,
                data=json.dumps(payload(address, text)).encode(),
                headers={"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
                return True
        except urllib.error.HTTPError as error:
            problem = f"the webhook answered {error.code}"
            if error.code < 500 and error.code != 429:
                break
        except OSError as error:
            # Its text may hold the address.
            reason = getattr(error, "reason", error)
            problem = f"the webhook could not be reached ({type(reason).__name__})"
        except Exception as error:
            problem = f"the request could not be made ({type(error).__name__})"
            break
    logger.warning("An alert was not sent: %s; see INBOX_ALERT_URL", problem)
    return False


def place(settings: Settings, run_id: str | None) -> str:
    """Where to look: the run in Dagster's UI, or the home."""
    address = settings.dagster_url.rstrip("/")
    return f"{address}/runs/{run_id}" if run_id else f"Home: {settings.home}"


@dataclass
class AlertRecord:
    """What people have been told of, and that it is well again not yet.

    subjects: what was run, such as the name of a job. days: by export day, why it could not be
    loaded. late: export days that had not arrived. chosen: by run of assets that were chosen by
    hand, when it failed (as a Unix time), and its assets.
    """

    subjects: set[str] = field(default_factory=set)
    days: dict[str, str] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    chosen: dict[str, tuple[float, list[str]]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: Any) -> AlertRecord:
        """What a file holds; a version before this one kept the subjects alone."""
        if not isinstance(content, dict):
            return cls(subjects=set(content))
        return cls(
            set(content.get("subjects", ())),
            dict(content.get("days", {})),
            set(content.get("late", ())),
            {run: (at, assets) for run, (at, assets) in content.get("chosen", {}).items()},
        )

    def as_json(self) -> dict[str, Any]:
        """The same for a file."""
        return {
            "subjects": sorted(self.subjects),
            "days": self.days,
            "late": sorted(self.late),
            "chosen": self.chosen,
        }


@contextmanager
def alert_record(settings: Settings) -> Iterator[AlertRecord]:
    """What people know of; kept in a file, for one process at a time. Changes to it are kept."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with settings.failing_record.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        try:
            record = AlertRecord.from_json(json.load(file))
        except (ValueError, TypeError):
            record = AlertRecord()
        before = json.dumps(record.as_json())
        yield record
        if json.dumps(record.as_json()) != before:
            file.seek(0)
            file.truncate()
            json.dump(record.as_json(), file)
