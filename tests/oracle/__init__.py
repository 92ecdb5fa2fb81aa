"""The reference evaluator: iam-semantics.md restated plainly, to check the engine against.

It imports nothing of the product and shares no code with it. It is slow, and meant to be read beside the specification.
Entry: `tests.oracle.decide.decide(policies, request) -> Answer`; the forms are in `tests.oracle.model`. A number in a comment is a
section of iam-semantics.md. Where that leaves something open, the project has fixed it; comments cite these as project rules:

2.  Lower bound: an Allow applies on Yes, a Deny on Yes and Unknown. Upper bound: the other way round. The effect is the lower
    bound's; it is certain if the upper bound has the same effect, implicit and explicit denial told apart.
3.  A layer that is not asked counts as allowing and never denies. Resource side not asked: as if it named the account.
4.  Whom an attachment binds: see `binding`. `to` None binds all of its kind. SCPs and RCPs for everyone are a level of their own.
5.  Every endpoint is a requirement: the request did not come through it, or one of its policies allows.
6.  What must be granted by its own policy: KMS keys (`key/...`), and roles for the calls that assume or tag them.
7.  GetCallerIdentity and GetSessionToken succeed for everyone but anonymous callers.
9.  The account of an identity provider is that of its ARN.
10. Across partitions the resource side grants nothing.
11. A role ARN as caller is a session whose name is not known; aws:PrincipalArn in the context tells a session's role; a federated
    user without federating user may belong to any user of the account.
12. Derived context keys: see `context.derived`. They hold even where all other keys are not known.
13. Values in the request: booleans and numbers are texts, an empty list is as absent.
14. A variable whose value is not known stands for any text.
15. Null with a set prefix is Unknown in every state.
17. AIDA and AROA ids in a policy compare with the caller's unique id, where it is given.
"""
