"""Plans: which workloads each model measures, for each size of a run. Data.

In: a size, and what the command line narrows it to. Out: pairs of workload and models, workload by workload, so that what was
made ready for one is let go before the next.
"""

from collections.abc import Collection

from benchmarks.models import MODELS, REPLAY

PLANS: dict[str, dict[str, tuple[str, ...]]] = {
    "check": {
        "documentation": ("single", "compile"),
        "role": ("single", "batch"),
        "layers": ("single", "batch"),
        "gateway-100": ("single", "load"),
        "mixed-40": ("single", "batch", "peers"),
        "wildcards": ("single",),
    },
    "quick": {
        "documentation": ("parse", "compile", "single", "peers"),
        "role": tuple(MODELS),
        "layers": ("compile", "single", "batch"),
        "managed": ("compile", "single"),
        "wildcards": ("single", "peers"),
        "gateway-10": ("compile", "single"),
        "gateway-100": ("compile", "single", "memory"),
        "gateway-1000": ("load", "first-touch", "single", "peers"),
        "mixed-40": ("single", "batch"),
    },
    "full": {
        "documentation": ("parse", "compile", "load", "first-touch", "single", "peers", "batch"),
        "role": tuple(MODELS),
        "layers": ("compile", "load", "first-touch", "single", "batch"),
        "managed": ("parse", "compile", "load", "first-touch", "single", "peers"),
        "wildcards": ("single", "peers"),
        "mixed-10": ("compile", "first-touch", "single", "peers", "batch", "memory"),
        "mixed-40": ("single", "peers", "batch"),
        "mixed-100": ("compile", "single", "memory"),
        "mixed-1000": ("compile", "load", "first-touch", "single", "peers", "batch", "memory"),
        "mixed-10000": ("compile", "load", "first-touch", "single", "memory"),
        "gateway-10": ("compile", "load", "first-touch", "single", "peers", "memory"),
        "gateway-100": ("compile", "load", "first-touch", "single", "peers", "memory"),
        "gateway-1000": ("compile", "load", "first-touch", "single", "peers", "batch", "memory"),
        "gateway-10000": ("compile", "load", "first-touch", "single", "peers", "memory"),
        "gateway-100000": ("compile", "load", "first-touch", "single", "memory"),
    },
}


def planned(size: str, workloads: Collection[str], models: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What to run: the plan of a size, narrowed to what is named.

    A workload that is named and not in the plan is measured by all models; one that is named with models, by those.
    """
    plan = PLANS[size]
    if workloads:
        plan = {name: plan.get(name, tuple(MODELS)) for name in workloads}
    if models:
        plan = {name: tuple(each for each in MODELS if each in models) for name in plan}
    return {name: chosen for name, chosen in plan.items() if chosen}


def replays(size: str, workloads: Collection[str], models: Collection[str]) -> bool:
    """Whether the run has the replay, which needs no workload."""
    return REPLAY in models or (not models and not workloads and size != "check")
