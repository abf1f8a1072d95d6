"""Django's settings of the django-helpdesk that tests start; read in its own environment."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(os.environ["DESK_FOLDER"])
SECRET_KEY = "only-for-tests"  # pragma: allowlist secret
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True
ROOT_URLCONF = "helpdesk_urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
STATIC_URL = "/static/"
MEDIA_ROOT = str(FOLDER / "media")
LOGIN_URL = "/login/"
HELPDESK_TEAMS_MODE_ENABLED = False
# Mails that go out count as delivered, and go nowhere.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "127.0.0.1",
        "PORT": os.environ["DESK_PORT"],
        "NAME": os.environ["DESK_DATABASE"],
        "USER": os.environ["DESK_USER"],
        "PASSWORD": os.environ["DESK_PASSWORD"],
    }
}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "rest_framework",
    "helpdesk",
]
SITE_ID = 1
# Whoever logs in stays so for longer than a story takes.
SESSION_COOKIE_AGE = 366 * 24 * 3600
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
