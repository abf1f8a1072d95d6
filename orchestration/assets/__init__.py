"""Dagster assets, one module a layer. Each calls a plain function and reports what it says."""
