"""The benchmark: what a rebuild, a day, a report and a load cost, beside what they could cost.

`python -m lab.bench` (or `make bench`) measures, keeps the results as JSON and writes
docs/benchmarks.md from them. Nothing of the project imports it.
"""
