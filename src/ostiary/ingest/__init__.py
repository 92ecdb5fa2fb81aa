"""Ingest: from log files to cases, the distinct things that a log is made of, and which event is which.

    cases       Case, CaseTable, Batch: what comes out
    rows        ids and times -> columns
    plain       one file, record by record: the slow twin of the fast reader
    chunks      one file in pieces of whole events
    wire        events as they stand in a file
    volatile    what condition keys read of an event
    remembered  JSON values that were seen before
    fast        one file, most events by a look-up
    stored      files that were read before
    readers     which reader reads a file
    worker      a process that reads
    pool        several of them
    repeated    events that were read before
    run         files -> batches

In: paths. Out: `Batch`es, in which each event is a number of a case.
Invariant: every event that is read is one row of one batch; what could not be read is a damage of one.
Not here: what a record means (`ostiary.cloudtrail`), what policies say to it (`ostiary.replay`).
"""
