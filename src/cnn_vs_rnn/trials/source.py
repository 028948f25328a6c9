"""Which source a training depends on, so that editing a report, or another model, retrains nothing."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path


@functools.cache
def source_digest(*modules: str) -> str:
    """sha256 over these modules and every module of the same package that they import, directly or not.

    The closure is read from the source without running it; a model reached only through its YAML is no import and must
    be named among `modules`.
    """
    seen: dict[str, bytes] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        path = _path(module)
        if module in seen or path is None:
            continue
        seen[module] = path.read_bytes()
        package = module.partition(".")[0]
        waiting += [name for name in _imports(seen[module]) if name.partition(".")[0] == package]
    digest = hashlib.sha256()
    for module in sorted(seen):
        digest.update(f"{module}\0{len(seen[module])}\0".encode() + seen[module])
    return digest.hexdigest()


@functools.cache
def _path(module: str) -> Path | None:
    """The file of a module; None where the name is no module (a class or function)."""
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec is not None and spec.origin is not None else None


def _imports(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
