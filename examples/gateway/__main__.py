"""Runs the gateway: `python -m examples.gateway [--policies FILE] [--port 8000]`.

    curl -H 'Authorization: Bearer ann' -T README.md http://127.0.0.1:8000/reports/drafts/readme
    curl -H 'Authorization: Bearer bob' 'http://127.0.0.1:8000/reports?list-type=2&prefix=published/'

While it runs, change a file in `policies/`: the next request is decided by it, or a line on the standard error says what
is wrong with it.
"""

import argparse
import logging
from pathlib import Path

import uvicorn

import ostiary

from .app import Gateway
from .store import Store
from .users import Identity, StaticTokens

ACCOUNT = "111122223333"
POLICIES = Path(__file__).parent / "policies" / "set.json"
BUCKETS = ("reports", "public-site", "archive")
# Stub users. Their tokens are their names: replace `StaticTokens` by your authentication.
USERS = {
    name: Identity(f"arn:aws:iam::{ACCOUNT}:user/{name}", ACCOUNT, {"team": team})
    for name, team in (("ann", "finance"), ("bob", "sales"), ("eve", "none"))
}
# What requests ask for most: leaves for these are built before a new engine is put in place.
HOT = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")


def report(event: ostiary.Reloaded | ostiary.ReloadFailed) -> None:
    """Tells the log which program is in force, and why a change is not."""
    match event:
        case ostiary.Reloaded():
            logging.getLogger("gateway").warning("policies replaced: program %s", event.digest[:12])
        case ostiary.ReloadFailed():
            logging.getLogger("gateway").error(
                "policies are bad, program %s stays: %r", event.digest[:12], str(event.error)
            )


def make(policies: Path = POLICIES, *, domain: str = "s3.localhost", interval: float = 1.0) -> Gateway:
    """The gateway with its stub users and an empty store."""
    held = ostiary.watch(policies, prepare=lambda engine: engine.warm(HOT), on_event=report, interval=interval)
    return Gateway(held, Store(BUCKETS), StaticTokens(USERS), account=ACCOUNT, domain=domain)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.gateway")
    parser.add_argument("--policies", type=Path, default=POLICIES)
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    # proxy_headers: the address of a caller is that of its connection, not what a header says.
    uvicorn.run(make(given.policies), host="127.0.0.1", port=given.port, proxy_headers=False)


if __name__ == "__main__":
    main()
