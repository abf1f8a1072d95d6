"""All of Dagster: assets, checks, jobs, partitions, schedules, sensors. Nothing outside imports it.

One file a concept; each calls plain functions and reports what they say.
"""
