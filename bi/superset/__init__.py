"""The Inbox Report as a Superset dashboard, and a local Superset to look at it.

Belongs here: the dashboard as code (assets), making its bundle, and an environment, a metadata
database and a server of Superset's own. Does not: any definition of a number; the datasets ask the
published functions.
"""
