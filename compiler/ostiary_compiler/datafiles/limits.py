"""Limits on files of data: a type with defaults, which a caller may replace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataLimits:
    """What one file may be at most.

    `characters`: of its text, after decompression; `depth`: nesting of objects and lists; `yaml_nodes`: values of a YAML
    text with every alias written out.
    """

    characters: int = 256_000_000
    depth: int = 64
    yaml_nodes: int = 1_000_000


DEFAULT_DATA_LIMITS = DataLimits()
