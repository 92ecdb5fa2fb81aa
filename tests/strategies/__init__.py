"""Generated policy sets with requests that nearly match them.

`tests.strategies.generate.generate(seed)` is fast and deterministic; `tests.strategies.questions` has the same as hypothesis
strategies; `tests.strategies.shrink` makes a failing seed small; `python -m tests.strategies.measure` says what is generated.
"""
