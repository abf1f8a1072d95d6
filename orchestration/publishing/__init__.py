"""What readers open: the published DuckDB file and its tables as Parquet.

Belongs here: making a publication aside, putting it in place at once, and reading the report's
numbers from it; no Dagster. Does not: any definition of a number; they come with the tables.
"""
