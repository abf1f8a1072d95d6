"""A django-helpdesk that is really run: its mailbox, its REST interface and its pages."""

from __future__ import annotations

import os
import re
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

PYTHON = PROJECT_ROOT / "build" / "desks" / "helpdesk" / "bin" / "python"
CLOSED = 4
"""Its status of a ticket that a customer's mail opens again; 3 is resolved, and stays."""

TABLES = ("helpdesk_ticket", "helpdesk_followup", "helpdesk_queue", "auth_user")

SET_UP = """
from django.contrib.auth import get_user_model
from helpdesk.models import Queue

for name, last in (("ada", "Agent"), ("ben", "Agent")):
    get_user_model().objects.create_superuser(
        name, f"{name}@desk.example", PASSWORD, first_name=name.title(), last_name=last)
Queue.objects.create(
    title="Support", slug="support", email_address="care@desk.example", locale="en",
    allow_email_submission=True, allow_public_submission=True, email_box_type="local",
    email_box_local_dir=INBOX, email_box_interval=0)
"""


class DjangoHelpdesk:
    """One that runs, with two agents and a queue; use as a context manager."""

    def __init__(self, folder: Path, database: PostgresServer, clock: SetClock) -> None:
        self._folder, self._database = folder, database
        self._inbox = folder / "inbox"
        self._inbox.mkdir()
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parent / "django_site"),
            "DJANGO_SETTINGS_MODULE": "helpdesk_settings",
            "DESK_FOLDER": str(folder),
            "DESK_PORT": str(database.port),
            "DESK_DATABASE": database.name,
            "DESK_USER": "inbox",
            "DESK_PASSWORD": PASSWORD,
            **clock.environment,
        }
        self._sessions: dict[str, requests.Session] = {}

    def __enter__(self) -> Self:
        self._manage("migrate", "--verbosity", "0")
        self._manage("loaddata", "--verbosity", "0", "emailtemplate.json")
        names = f"PASSWORD = {PASSWORD!r}\nINBOX = {str(self._inbox)!r}\n"
        self._manage("shell", "--no-imports", "--command", names + SET_UP)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._server = subprocess.Popen(
            [
                str(PYTHON), "-m", "django", "runserver", "--noreload", "--nothreading",
                "--skip-checks", f"127.0.0.1:{port}",
            ],
            env=self._environment,
            stdout=(self._folder / "server.log").open("wb"),
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        until_it_answers(self.url + "/login/", self._server, self._folder / "server.log")
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.terminate()
        self._server.wait()

    def mail(
        self, sender: str, subject: str, text: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Its mailbox is a folder, which a job looks through."""
        path = self._inbox / "mail"
        path.write_bytes(written_mail(sender, "care@desk.example", subject, text, headers))
        self._manage("get_email", "--quiet")
        assert not path.exists(), "the mail was not taken"

    def subject(self, number: str, subject: str) -> str:
        return f"[support-{number}] {subject}"

    def newest(self) -> str:
        return str(self._asked("select max(id) from helpdesk_ticket"))

    def answer(self, agent: str, number: str, text: str) -> None:
        self._said(agent, number, text, public=True)

    def note(self, agent: str, number: str, text: str) -> None:
        self._said(agent, number, text, public=False)

    def take(self, agent: str, number: str) -> None:
        self._pressed(agent, "tickets/update/", ticket_id=number, action="take")

    def close(self, agent: str, number: str) -> None:
        self._pressed(agent, "tickets/update/", ticket_id=number, action="close_public")

    def merge(self, agent: str, number: str, into: str) -> None:
        page = f"tickets/merge?tickets={number}&tickets={into}"
        self._pressed(agent, page, chosen_ticket=into)

    def delete(self, agent: str, number: str) -> None:
        self._pressed(agent, f"tickets/{number}/delete/")

    def open_for(self, agent: str, customer: str, subject: str, text: str) -> None:
        self._pressed(
            agent, "tickets/submit/", queue="1", title=subject, body=text,
            submitter_email=customer, priority="3",
        )  # fmt: skip

    def person(self, name: str) -> str:
        """Customers are known by their address; agents by the number of their account."""
        if "@" in name:
            return name
        return str(self._asked("select id from auth_user where username = %s", name))

    def _said(self, agent: str, number: str, text: str, *, public: bool) -> None:
        row = {
            "ticket": number, "user": self.person(agent), "title": "Comment", "comment": text,
            "public": public,
        }  # fmt: skip
        answer = requests.post(
            f"{self.url}/api/followups/", json=row, auth=(agent, PASSWORD), timeout=30
        )
        assert answer.status_code == 201, answer.text

    def _pressed(self, agent: str, page: str, **fields: str) -> None:
        session = self._session(agent)
        token = session.cookies["csrftoken"]
        answer = session.post(
            f"{self.url}/{page}",
            data={"csrfmiddlewaretoken": token, **fields},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 302, re.sub(r"<[^>]*>|\s+", " ", answer.text)[-3000:]
        assert "/login/" not in answer.headers["Location"], f"{agent} is logged out"

    def _session(self, agent: str) -> requests.Session:
        """A browser in which the agent is logged in."""
        if agent not in self._sessions:
            session = self._sessions[agent] = requests.Session()
            session.get(f"{self.url}/login/", timeout=30).raise_for_status()
            self._pressed(agent, "login/", username=agent, password=PASSWORD)
        return self._sessions[agent]

    def _asked(self, query: str, *values: str) -> Any:
        with psycopg2.connect(self._database.url) as connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0]

    def _manage(self, *command: str) -> None:
        done = subprocess.run(
            [str(PYTHON), "-m", "django", *command],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
