"""The database that dbt builds: who may write it, what it reads, how dbt is run.

Belongs here: the lock, the catalog of landed files and dbt's invocation; no Dagster.
Does not: reading exports (`exports`) and what readers open (`publishing`).
"""
