"""How the house rules read the project: its files, its functions, its imports."""

import ast
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("bridge", "storage", "adapters")
PRODUCT = (*OURS, "app.py", "dev.py")
SKIPPED = {"__pycache__", "node_modules", "htmlcov", "data", "vendor"}
DOTTED = {".ci", ".env.example", ".gitignore"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(root: Path, places: Iterable[str] = (".",), suffixes: tuple[str, ...] = ()) -> list[Path]:
    """The project's own files below the named places, without what tools or others made."""
    found = (file for place in places for file in _walk(root / place))
    return sorted(file for file in found if not suffixes or file.suffix in suffixes)


def _walk(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    for folder, names, leaves in os.walk(place):
        names[:] = [name for name in names if _is_ours(name)]
        yield from (Path(folder) / leaf for leaf in leaves if _is_ours(leaf))


def _is_ours(name: str) -> bool:
    return name not in SKIPPED and (not name.startswith(".") or name in DOTTED)


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def functions(tree: ast.AST) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


@dataclass(frozen=True)
class Import:
    """One imported name, absolute: `from bridge import model` is ("bridge", "bridge.model")."""

    module: str
    name: str
    line: int
    is_late: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


def imports(root: Path, file: Path) -> list[Import]:
    tree = parsed(file)
    late = {id(node) for function in functions(tree) for node in ast.walk(function)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module, name in _targets(root, file, node):
                found.append(Import(module, name, node.lineno, id(node) in late))
    return found


def _targets(root: Path, file: Path, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, alias.name) for alias in node.names)
        return
    module = node.module or ""
    if node.level:
        package = file.relative_to(root).parts[: -node.level]
        module = ".".join([*package, *filter(None, [module])])
    yield from ((module, f"{module}.{alias.name}") for alias in node.names)


def module_name(root: Path, file: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
