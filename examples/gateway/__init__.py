"""An S3-style gateway in front of an object store, with Ostiary deciding: `python -m examples.gateway`.

    addressing   method, raw path, host and query -> bucket, key and parameters, decoded once and strictly
    operations   the request -> the operation, and which actions on which ARNs it needs
    conditions   the request -> condition keys
    users        who asks: the place where your authentication goes
    app          the ASGI application: asks the engine for every action, and answers
    store        a small object store in memory, so that the gateway really works
    answers      bodies in XML, as S3 clients expect them

It needs an ASGI server (`pip install uvicorn`) and no framework. What `docs/embedding.md` says is done here.
"""
