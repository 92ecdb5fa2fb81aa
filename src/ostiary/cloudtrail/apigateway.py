"""API Gateway as IAM sees it: an HTTP verb on a path, whatever the operation is called.

In: an operation's name and its parameters. Out: the verb, and the ARN's path with the parts that the parameters name.
Invariant: a part that no parameter names stays a hole; it is never invented.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from ostiary.cloudtrail.record import Json
from ostiary.cloudtrail.tables_apigateway import HTTP, REST

_PART = re.compile(r"\{(\w+)\}")
_TAGS = "/tags/"


@dataclass(frozen=True, slots=True)
class Route:
    """What an operation is: `GET /restapis/{restApiId}`."""

    verb: str
    path: str


def verb_of(name: str) -> str | None:
    """The verb of an operation, or None if API Gateway has no such operation."""
    routes = _routes().get(name)
    return routes[0].verb if routes else None


def path_of(name: str, parameters: Json, find: Callable[[str], str | None]) -> tuple[str, bool]:
    """The path that the operation addresses and whether all of it is known; `find` gives the value of a parameter.

    A part that is not known is written as `*`.
    """
    routes = _routes().get(name, ())
    if not routes:
        return "/*", False
    route = routes[-1] if len(routes) > 1 and "apiId" in parameters else routes[0]
    known = True

    def fill(part: re.Match[str]) -> str:
        nonlocal known
        value = find(part[1])
        if not value:
            known = False
            return "*"
        return quote(value, safe="") if route.path.startswith(_TAGS) else value

    return _PART.sub(fill, route.path), known


@functools.cache
def _routes() -> dict[str, tuple[Route, ...]]:
    """By operation: the route of REST APIs, then the one of HTTP APIs."""
    routes: dict[str, tuple[Route, ...]] = {}
    for line in (REST + HTTP).split("\n"):
        if line:
            name, verb, path = line.split(" ")
            routes[name] = (*routes.get(name, ()), Route(verb, path))
    return routes
