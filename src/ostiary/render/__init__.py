"""How results look: diagnostics, decisions and graphs, one file per thing and format.

In: data (`Diagnostic`, `Decision`, `Dag`). Out: text for a terminal, or JSON or DOT as a string.
Invariant: what a policy or a request says never reaches a terminal raw: control characters are written as escapes.
Not here: finding, deciding, and exit codes.
"""
