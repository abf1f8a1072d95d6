"""Settings of the local Superset that `make superset` starts; Superset reads them itself.

Belongs here: where it keeps what is its own, that datasets may be templates, and that neither it
nor its pages talk to anybody else. Does not: how it is started (see server), or what it shows (see
assets).
"""

import os
from pathlib import Path

HOME = Path(os.environ["INBOX_SUPERSET_HOME"])

SECRET_KEY = (HOME / "secret_key").read_text(encoding="utf-8").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}"

APP_NAME = "Inbox warehouse"
FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": True}
# Plain HTTP, on loopback.
SESSION_COOKIE_SAMESITE = "Strict"
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
