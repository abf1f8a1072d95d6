"""The Inbox Report as a page in the browser, over the published file.

Belongs here: what the page shows and how it is driven. `view` is what is looked at and its URL,
`answers` asks the published file for it, `cards`, `charts` and `tables` are what is shown,
`components` what Streamlit has no widget for, `app` is the page itself, `serve` its server. Does
not: any number; those come from `orchestration.publishing`.
"""
