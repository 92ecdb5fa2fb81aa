"""The conformance runner: puts the project's cases to an engine in any language, and counts what it gets right.

    read_cases(paths) -> cases -> run(cases, adapter) -> Report

`cases` and `lines` read case files, `protocol` is what an engine is asked and may answer, `process` runs the engine's
adapter, `run` compares. `python -m ostiary.conform.adapter` is the adapter of Ostiary itself. `docs/conformance.md` is the
page for whoever writes another.
"""
