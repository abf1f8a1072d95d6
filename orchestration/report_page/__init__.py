"""The Inbox Report as a page in the browser, over the published file.

Belongs here: what the page shows and how it is driven. `view` is what is looked at and its URL,
`charts` and `tables` are what is shown, `app` is the page itself, `serve` its server. Does not:
any number; those come from `orchestration.publishing.report`. Only `app` and `table_view` know
Streamlit.
"""
