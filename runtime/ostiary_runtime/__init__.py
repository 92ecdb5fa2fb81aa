"""What decides: a `Program` of frozen tables, and the `Engine` that runs it.

Internal to Ostiary; users import `ostiary`. Needs neither lark nor networkx, so that a host which loads a saved program
imports no parser.
"""
