"""From policy documents to one `Program`: normal form, passes, index, tables.

Internal to Ostiary; users import `ostiary`. Imports the grammar and the runtime's program, which it makes; never upwards.
"""
