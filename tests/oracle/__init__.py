"""The numbers again: an independent reading of the exports and of the definitions, in Python.

`read` turns a folder of exports into the records that stand, `metrics` turns those into every
published table, `compare` says whether two tables are equal and `generate` makes inboxes to try
them on. Nothing here is shared with the pipeline or its models: no SQL, no engine.
"""
