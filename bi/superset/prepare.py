"""Brings a home's metadata database to this Superset's version, with one user to log in as.

Run by the Python of Superset's environment; the user's password comes in on standard input, so that
no list of processes shows it. Belongs here: Superset's own commands, in one process, since each
alone takes seconds to start. Does not: files of the home (see server).
"""

from __future__ import annotations

import sys

from flask.cli import ScriptInfo
from superset import security_manager
from superset.app import create_app
from superset.cli.main import superset


def main(user: str, password: str) -> None:
    """Migrates, makes roles and permissions, and the user, or gives the user this password."""
    app = create_app()
    info = ScriptInfo(create_app=lambda: app)

    def run(*command: str) -> None:
        superset.main(list(command), obj=info, standalone_mode=False)

    run("db", "upgrade")
    run("init")
    with app.app_context():
        is_known = security_manager.find_user(user) is not None
    login = ("--username", user, "--password", password)
    if is_known:
        run("fab", "reset-password", *login)
    else:
        name = ("--firstname", "Inbox", "--lastname", "Reader", "--email", f"{user}@localhost")
        run("fab", "create-admin", *login, *name)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.read())
