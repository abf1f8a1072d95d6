"""Trying the warehouse out: made-up exports of any size, the benchmark. Nothing depends on it."""
