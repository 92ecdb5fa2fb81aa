"""Floods of requests that are all different: `python -m tests.flood --count 1000000`."""
