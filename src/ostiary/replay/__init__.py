"""Replay: what policies would have done to the calls in a log.

    question  which types of policy are asked, what is taken for granted, whom the question is not about
    decide    one case's requests -> one of three answers
    sides     what is compared: a baseline and a candidate, of which one may be the log
    compare   two answers -> what changes
    analysis  files -> findings
    findings  what was found, as data

In: compiled policies and log files. Out: `Findings`, which the renderers show.
Invariant: every record that is read ends in exactly one of the counts, and they add up.
Not here: reading files and making requests of records (`ostiary.cloudtrail`), showing (`ostiary.render`).
"""
