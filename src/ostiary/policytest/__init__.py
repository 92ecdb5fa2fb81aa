"""Unit tests for policies, written by their users: which request gets which answer, and by which statement.

    read_suite(path) -> Suite -> run_suite(suite) -> outcomes, which `render.test_text` and others show

`testfile` reads test files, `run` decides their requests, `explain` is where a failure may be explained.
"""
