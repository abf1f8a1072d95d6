"""A Znuny that is really run: its mailbox, its REST web service, a page and its console.

It has no server of its own: its pages are programs, run here a request each, as web servers do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import psycopg2

from orchestration.settings import PROJECT_ROOT
from tests.desks.clock import SetClock
from tests.desks.mails import written_mail
from tests.services.postgres import PASSWORD, PostgresServer

ROOT = PROJECT_ROOT / "build" / "desks" / "otrs"
HOME = ROOT / "usr/share/otrs"
TABLES = (
    "ticket", "ticket_history", "article", "article_data_mime", "article_data_mime_plain", "users",
    "user_preferences", "customer_user", "queue", "ticket_state", "ticket_state_type",
    "ticket_history_type", "article_sender_type", "communication_channel", "ticket_priority",
    "ticket_type", "service", "dynamic_field", "dynamic_field_value",
)  # fmt: skip

SETTINGS = """package Kernel::Config;
use strict;
use warnings;
sub Load {
    my $Self = shift;
    my $Database = $ENV{DESK_DATABASE};
    $Self->{Database} = $Database;
    $Self->{DatabaseHost} = '127.0.0.1';
    $Self->{DatabaseUser} = 'inbox';
    $Self->{DatabasePw} = $ENV{DESK_PASSWORD};
    $Self->{DatabaseDSN} = "DBI:Pg:dbname=$Database;host=127.0.0.1;port=$ENV{DESK_PORT};";
    $Self->{Home} = $ENV{DESK_HOME};
    $Self->{TempDir} = "$ENV{DESK_FOLDER}/tmp";
    $Self->{LogModule} = 'Kernel::System::Log::File';
    $Self->{'LogModule::LogFile'} = "$ENV{DESK_FOLDER}/log";
    $Self->{SendmailModule} = 'Kernel::System::Email::DoNotSendEmail';
    $Self->{CheckMXRecord} = 0;
    $Self->{SecureMode} = 1;
    return 1;
}
use Kernel::Config::Defaults;
use parent qw(Kernel::Config::Defaults);
1;
"""

SERVICE = """---
Debugger: {DebugThreshold: error, TestMode: 0}
Description: ''
Provider:
  Operation:
    TicketCreate: {Type: 'Ticket::TicketCreate'}
    TicketUpdate: {Type: 'Ticket::TicketUpdate'}
  Transport:
    Type: HTTP::REST
    Config:
      KeepAlive: ''
      MaxLength: '100000'
      RouteOperationMapping:
        TicketCreate: {RequestMethod: [POST], Route: /Ticket}
        TicketUpdate: {RequestMethod: [PATCH], Route: '/Ticket/:TicketID'}
RemoteSystem: ''
"""

# Every queue answers a new mail by itself, as desks do.
AUTOMATIC_ANSWERS = """
insert into queue_auto_response
    (queue_id, auto_response_id, create_time, create_by, change_time, change_by)
select queue.id, auto_response.id, current_timestamp, 1, current_timestamp, 1
from queue, auto_response
where auto_response.type_id = (select id from auto_response_type where name = 'auto reply')
"""


class Znuny:
    """One with two agents and the queues that it comes with; use as a context manager."""

    def __init__(self, folder: Path, database: PostgresServer, clock: SetClock) -> None:
        self._folder, self._database = folder, database
        self._environment = {
            **os.environ,
            **clock.environment,
            "PERL5LIB": ":".join(str(path) for path in _modules()),
            "DESK_HOME": str(HOME),
            "DESK_FOLDER": str(folder),
            "DESK_PORT": str(database.port),
            "DESK_DATABASE": database.name,
            "DESK_PASSWORD": PASSWORD,
        }
        self._cookies: dict[str, str] = {}

    def __enter__(self) -> Self:
        (self._folder / "tmp").mkdir()
        (ROOT / "etc/otrs/Kernel/Config.pm").write_text(SETTINGS)
        scripts = HOME / "scripts/database"
        for name in ("schema", "initial_insert", "schema-post"):
            self._database.execute((scripts / f"{name}.postgresql.sql").read_text())
        self._database.execute(AUTOMATIC_ANSWERS)
        self._console("Maint::Config::Rebuild")
        for name in ("ada", "ben"):
            self._console(
                "Admin::User::Add",
                *("--user-name", name, "--first-name", name.title(), "--last-name", "Agent"),
                *("--email-address", f"{name}@desk.example", "--password", PASSWORD),
                *("--group", "users"),
            )
        service = self._folder / "service.yml"
        service.write_text(SERVICE)
        self._console("Admin::WebService::Add", "--name", "Desk", "--source-path", str(service))
        return self

    def __exit__(self, *failure: object) -> None:
        pass

    def mail(
        self, sender: str, subject: str, text: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """A mail server hands mails to a command of its console."""
        mail = written_mail(sender, "care@desk.example", subject, text, headers)
        self._console("Maint::PostMaster::Read", given=mail)

    def subject(self, number: str, subject: str) -> str:
        return f"[Ticket#{self._spoken(number)}] {subject}"

    def newest(self) -> str:
        return str(self._asked("select max(id) from ticket"))

    def answer(self, agent: str, number: str, text: str) -> None:
        self._rest(agent, "PATCH", f"/{number}", Article=_article(text))

    def note(self, agent: str, number: str, text: str) -> None:
        article = {**_article(text), "CommunicationChannel": "Internal", "IsVisibleForCustomer": 0}
        self._rest(agent, "PATCH", f"/{number}", Article=article)

    def take(self, agent: str, number: str) -> None:
        self._rest(agent, "PATCH", f"/{number}", Ticket={"Owner": agent})

    def close(self, agent: str, number: str) -> None:
        self._rest(agent, "PATCH", f"/{number}", Ticket={"State": "closed successful"})

    def merge(self, agent: str, number: str, into: str) -> None:
        page = self._page(agent, f"Action=AgentTicketMerge;TicketID={number}")
        found = re.search(r'name="ChallengeToken" value="(\w+)"', page)
        assert found, page[-3000:]
        self._page(
            agent, "",
            Action="AgentTicketMerge", Subaction="Merge", TicketID=number,
            MainTicketNumber=self._spoken(into), ChallengeToken=found[1],
        )  # fmt: skip

    def delete(self, agent: str, number: str) -> None:
        """Only its console deletes, and names nobody who did."""
        self._console("Maint::Ticket::Delete", "--ticket-id", number)

    def open_for(self, agent: str, customer: str, subject: str, text: str) -> None:
        ticket = {
            "Title": subject, "Queue": "Raw", "State": "open", "Priority": "3 normal",
            "CustomerUser": customer,
        }  # fmt: skip
        self._rest(agent, "POST", "", Ticket=ticket, Article=_article(text))

    def person(self, name: str) -> str:
        """Customers are known by their address; agents by the number of their account."""
        if "@" in name:
            return name
        return str(self._asked("select id from users where login = %s", name))

    def _spoken(self, number: str) -> str:
        """The number of a ticket that people see."""
        return str(self._asked("select tn from ticket where id = %s", number))

    def _rest(self, agent: str, method: str, path: str, **body: Any) -> None:
        login = {"UserLogin": agent, "Password": PASSWORD}
        address = f"/Webservice/Desk/Ticket{path}"
        answer = self._asks(
            "nph-genericinterface.pl", method, json.dumps({**login, **body}), "application/json",
            PATH_INFO=address, REQUEST_URI=f"/otrs/nph-genericinterface.pl{address}",
        )  # fmt: skip
        assert '"TicketID"' in answer, answer

    def _page(self, agent: str, query: str, **fields: str) -> str:
        if agent not in self._cookies:
            login = urlencode({"Action": "Login", "User": agent, "Password": PASSWORD})
            found = re.search(r"OTRSAgentInterface=\w+", self._pressed(login))
            assert found, "the login failed"
            self._cookies[agent] = found[0]
        return self._pressed(urlencode(fields), query, self._cookies[agent])

    def _pressed(self, form: str, query: str = "", cookie: str = "") -> str:
        return self._asks(
            "index.pl", "POST" if form else "GET", form, "application/x-www-form-urlencoded",
            REQUEST_URI=f"/otrs/index.pl?{query}", QUERY_STRING=query, HTTP_COOKIE=cookie,
        )  # fmt: skip

    def _asks(self, page: str, method: str, body: str, kind: str, **request: str) -> str:
        given = body.encode()
        request |= {
            "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_SOFTWARE": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1",
            "REMOTE_ADDR": "127.0.0.1", "SCRIPT_NAME": f"/otrs/{page}", "REQUEST_METHOD": method,
            "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(given)),
        }  # fmt: skip
        return self._run(HOME / "bin/cgi-bin" / page, given=given, request=request)

    def _console(self, *command: str, given: bytes = b"") -> None:
        self._run(HOME / "bin/otrs.Console.pl", *command, "--allow-root", "--no-ansi", given=given)

    def _run(
        self,
        program: Path,
        *options: str,
        given: bytes = b"",
        request: Mapping[str, str] | None = None,
    ) -> str:
        done = subprocess.run(
            ["perl", str(program), *options],
            env={**self._environment, **(request or {})},
            input=given,
            capture_output=True,
            check=False,
        )
        told = (done.stdout + done.stderr).decode(errors="replace")
        assert done.returncode == 0, told[-3000:]
        return told

    def _asked(self, query: str, *values: str) -> Any:
        with (
            closing(psycopg2.connect(self._database.url)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, values)
            return cursor.fetchone()[0]


def _modules() -> list[Path]:
    """Where Perl finds what was unpacked."""
    return [ROOT / "usr/share/perl5", *(ROOT / "usr/lib").glob("*-linux-*/perl5/5.*")]


def _article(text: str) -> dict[str, Any]:
    return {
        "CommunicationChannel": "Email", "IsVisibleForCustomer": 1, "SenderType": "agent",
        "From": "care@desk.example", "To": "customer@customer.example", "Subject": "Answer",
        "Body": text, "ContentType": "text/plain; charset=utf8",
    }  # fmt: skip
