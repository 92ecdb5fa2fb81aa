"""The language: its words, its texts, and where things stand in them.

Internal to Ostiary; users import `ostiary`. Only `parser` and the modules that it names load lark.
"""
