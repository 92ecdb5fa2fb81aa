"""Batches: whole Arrow tables of requests, decided as the single engine decides each of their rows.

In: tables, record batches and streams of them, with the columns `principal`, `action`, `resource`, perhaps
`resource_account`, and one for each condition key. Out: the columns of `RESULT`.
Invariant: numpy and pyarrow are imported here and nowhere else in the runtime, and only when a batch is asked for.

columns    what a table asks, as numbers for distinct values; vocabulary: those of texts, kept from batch to batch
subjects   callers, scopes, actions, rows       places, resources   where resources lie          buffers, colons   the bytes of a column
cells      the leaves of the DAG, numbered      needs, texts        on what of a request a leaf depends
facets     classes of the values of a key       states              which class each row has
narrowing  what the resource's text settles     residuals           rows that their cell leaves open
machine    all of it for one layout of tables   stream              tables in, tables out
"""
