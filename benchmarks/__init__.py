"""Benchmarks: `python -m benchmarks list | run | compare | report | parse`. METHODOLOGY.md says how, and what they do not show."""
