"""Where django-helpdesk's pages are, for its own environment."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls"))]
