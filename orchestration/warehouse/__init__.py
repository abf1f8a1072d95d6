"""The database that dbt builds: what it reads, how dbt is run, how far a build came.

Belongs here: the catalog of landed files and dbt's invocation; no Dagster.
Does not: reading exports (`exports`) and what readers open (`publishing`).
"""
