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
    """sha256 over these modules, the packages they lie in, and every module of theirs that they import, at any depth.

    The closure is read from the source without running it; a model reached only through its YAML is no import and must
    be named among `modules`.
    """
    seen: dict[str, bytes] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        path = None if module in seen else _path(module)
        if path is None:
            continue
        seen[module] = path.read_bytes()
        top, above = module.partition(".")[0], module.rpartition(".")[0]
        imported = _imports(seen[module], module if path.name == "__init__.py" else above)
        waiting += [above, *(name for name in imported if name.partition(".")[0] == top)]
    digest = hashlib.sha256()
    for module in sorted(seen):
        digest.update(f"{module}\0{len(seen[module])}\0".encode() + seen[module])
    return digest.hexdigest()


@functools.cache
def _path(module: str) -> Path | None:
    """The source file of a module; None where the name is none (a class or function), or has no source."""
    top, *parts = module.split(".")
    spec = importlib.util.find_spec(top) if top else None  # asked for a submodule, it would run the packages above
    if spec is None:
        return None
    folders = [Path(folder, *parts) for folder in spec.submodule_search_locations or ()]
    files = [file for folder in folders for file in (folder / "__init__.py", folder.with_suffix(".py"))]
    if not parts and spec.origin is not None:
        files.insert(0, Path(spec.origin))
    return next((file for file in files if file.suffix == ".py" and file.is_file()), None)


def _imports(source: bytes, package: str) -> Iterator[str]:
    """Names that a module of this package may import; among them classes and functions, which are no modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)
