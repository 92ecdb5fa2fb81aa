"""Replay: what policies would have done to the calls in a log.

    question  which types of policy are asked, what is taken for granted, whom the question is not about
    decide    one event's requests -> one of three answers
    tally     counts that can be merged
    run       files -> tally

In: compiled policies and log files. Out: a `Replay`, which the renderers show.
Invariant: every record that is read ends in exactly one of the counts, and they add up.
Not here: reading files and making requests of records (`ostiary.cloudtrail`), showing (`ostiary.render`).
"""
