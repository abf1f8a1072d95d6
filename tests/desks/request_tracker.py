"""A Request Tracker that is really run: its mail gateway and its REST 2.0."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import psycopg2
import requests

from orchestration.settings import PROJECT_ROOT
from tests.desks.clock import SetClock
from tests.desks.mails import written_mail
from tests.desks.servers import until_it_answers
from tests.services.ports import free_port
from tests.services.postgres import PASSWORD, PostgresServer

ROOT = PROJECT_ROOT / "build" / "desks" / "request-tracker"
TABLES = (
    "Tickets", "Transactions", "Attachments", "Users", "Principals", "Groups", "GroupMembers",
    "CachedGroupMembers", "Queues", "CustomFields", "ObjectCustomFieldValues",
)  # fmt: skip

SETTINGS = """
Set($rtname, 'desk.example');
Set($Organization, 'desk.example');
Set($DatabaseType, 'Pg');
Set($DatabaseHost, '127.0.0.1');
Set($DatabasePort, '{port}');
Set($DatabaseName, '{name}');
Set($DatabaseUser, 'inbox');
Set($DatabasePassword, '{password}');
Set($DatabaseAdmin, 'inbox');
Set($WebDomain, '127.0.0.1');
Set($WebPort, '{web_port}');
Set($MailCommand, 'testfile');
Set($Timezone, 'Europe/Warsaw');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'error');
1;
"""

PEOPLE = r"""
@Users = map {{ {{ Name => $_, RealName => ucfirst($_) . ' Agent', Password => '{password}',
    EmailAddress => "$_\@desk.example", Privileged => 1 }} }} qw(ada ben);
@CustomFields = ({{ Name => 'Tag', Type => 'FreeformMultiple',
    LookupType => 'RT::Queue-RT::Ticket' }});
@Queues = ({{ Name => 'Support', CorrespondAddress => 'care@desk.example' }});
@ACL = (
    {{ GroupDomain => 'SystemInternal', GroupType => 'Privileged', Right => 'SuperUser' }},
    map {{ {{ GroupDomain => 'SystemInternal', GroupType => 'Everyone', Right => $_ }} }}
        qw(SeeQueue CreateTicket ReplyToTicket),
);
1;
"""


class RequestTracker:
    """One that runs, with two agents and a queue; use as a context manager."""

    def __init__(self, folder: Path, database: PostgresServer, clock: SetClock) -> None:
        self._folder, self._database = folder, database
        self._environment = {
            **os.environ,
            **clock.environment,
            "PERL5LIB": ":".join(str(path) for path in _modules()),
            "LD_LIBRARY_PATH": ":".join(str(path) for path in (ROOT / "usr/lib").glob("*-linux-*")),
            "RT_SITE_CONFIG": str(folder / "RT_SiteConfig.pm"),
        }

    def __enter__(self) -> Self:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        (self._folder / "RT_SiteConfig.pm").write_text(
            SETTINGS.format(
                port=self._database.port, name=self._database.name, password=PASSWORD, web_port=port
            )
        )
        people = self._folder / "people"
        people.write_text(PEOPLE.format(password=PASSWORD))
        self._set_up("init", "--skip-create")
        self._set_up("insert", "--datafile", str(people))
        log = self._folder / "server.log"
        self._server = subprocess.Popen(
            [
                "perl", str(ROOT / "usr/share/request-tracker5/libexec/rt-server"),
                *("--server", "HTTP::Server::PSGI", "--host", "127.0.0.1", "--port", str(port)),
            ],
            env=self._environment,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        until_it_answers(self.url, self._server, log)
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.terminate()
        self._server.wait()

    def mail(
        self, sender: str, subject: str, text: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Its gateway is a program that a mail server hands mails to."""
        self._run(
            ROOT / "usr/bin/rt-mailgate-5",
            *("--queue", "Support", "--action", "correspond", "--url", self.url),
            given=written_mail(sender, "care@desk.example", subject, text, headers),
        )

    def subject(self, number: str, subject: str) -> str:
        return f"[desk.example #{number}] {subject}"

    def newest(self) -> str:
        return str(self._asked("select max(id) from Tickets"))

    def answer(self, agent: str, number: str, text: str) -> None:
        self._rest(agent, "POST", f"ticket/{number}/correspond", **_text(text))

    def note(self, agent: str, number: str, text: str) -> None:
        self._rest(agent, "POST", f"ticket/{number}/comment", **_text(text))

    def take(self, agent: str, number: str) -> None:
        self._rest(agent, "PUT", f"ticket/{number}/take")

    def close(self, agent: str, number: str) -> None:
        self._rest(agent, "PUT", f"ticket/{number}", Status="resolved")

    def merge(self, agent: str, number: str, into: str) -> None:
        self._rest(agent, "PUT", f"ticket/{number}", MergeInto=int(into))

    def delete(self, agent: str, number: str) -> None:
        self._rest(agent, "DELETE", f"ticket/{number}")

    def open_for(self, agent: str, customer: str, subject: str, text: str) -> None:
        row = {"Queue": "Support", "Subject": subject, "Requestor": customer}
        self._rest(agent, "POST", "ticket", **row, **_text(text))

    def tag(self, agent: str, number: str, *tags: str) -> None:
        """An agent sets the values of a custom field."""
        self._rest(agent, "PUT", f"ticket/{number}", CustomFields={"Tag": list(tags)})

    def person(self, name: str) -> str:
        """Everybody is known by the number of an account."""
        column = "EmailAddress" if "@" in name else "Name"
        return str(self._asked(f"select id from Users where {column} = %s", name))

    def _rest(self, agent: str, method: str, path: str, **row: Any) -> None:
        answer = requests.request(
            method, f"{self.url}/REST/2.0/{path}", json=row, auth=(agent, PASSWORD), timeout=60
        )
        assert answer.status_code < 300, answer.text

    def _asked(self, query: str, *values: str) -> Any:
        with psycopg2.connect(self._database.url) as connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0]

    def _set_up(self, action: str, *options: str) -> None:
        login = ("--dba", "inbox", "--dba-password", PASSWORD)
        program = ROOT / "usr/sbin/rt-setup-database-5"
        self._run(program, "--action", action, *login, *options)

    def _run(self, program: Path, *options: str, given: bytes = b"") -> None:
        done = subprocess.run(
            ["perl", str(program), *options],
            env=self._environment,
            input=given,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")[-3000:]


def _modules() -> list[Path]:
    """Where Perl finds what was unpacked."""
    shared = ROOT / "usr/share"
    return [
        shared / "request-tracker5/lib",
        shared / "perl5",
        *(ROOT / "usr/lib").glob("*-linux-*/perl5/5.*"),
    ]


def _text(text: str) -> dict[str, str]:
    return {"Content": text, "ContentType": "text/plain"}
