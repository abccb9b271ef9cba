"""The size of things, and the few habits that a reader would otherwise have to watch for."""

import ast
import re
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

from tests.house.tree import PRODUCT, ROOT, Function, files, functions, parsed

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
MIDDLE = 9
LONG = 30
SHARE_BELOW_LONG = 0.9
PARAMETERS = 5
MOCKS_PER_HUNDRED = 3
EVERYWHERE = (*PRODUCT, "tests")

# The courier's loop, the chores' loop, the store's guard around a unit, the web layer's 500.
CATCH_ALL = ("bridge/delivery.py", "bridge/chores.py", "storage/", "adapters/web/")
MOCKS = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "PropertyMock"}
MOCKS |= {"patch", "create_autospec", "mock_open"}
EMPTY_NAMES = {"manager", "helper", "helpers", "util", "utils", "service", "services", "handler"}
EMPTY_NAMES |= {"handlers", "base", "impl", "data", "info", "process"}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def named_functions(root: Path, places: tuple[str, ...]) -> list[tuple[str, Function]]:
    return [
        (f"{file.relative_to(root)}:{function.lineno} {function.name}", function)
        for file in files(root, places, (".py",))
        for function in functions(parsed(file))
    ]


def long_functions(root: Path) -> list[str]:
    found = [(where, length(function)) for where, function in named_functions(root, EVERYWHERE)]
    return [f"{where}: {lines} lines" for where, lines in found if lines > LONGEST_FUNCTION]


def long_files(root: Path) -> list[str]:
    found = []
    for file in files(root, EVERYWHERE, (".py", ".js", ".css")):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            found.append(f"{file.relative_to(root)}: {lines} lines")
    return found


def grown_functions(root: Path) -> list[str]:
    """The middle function and the share of short ones, over the product."""
    lengths = [length(function) for _, function in named_functions(root, PRODUCT)] or [0]
    short = sum(lines <= LONG for lines in lengths) / len(lengths)
    found = []
    if median(lengths) > MIDDLE:
        found.append(f"the middle function has {median(lengths)} lines")
    if short < SHARE_BELOW_LONG:
        found.append(f"only {short:.0%} of the functions have {LONG} lines or fewer")
    return found


def many_parameters(root: Path) -> list[str]:
    found = [(where, parameters(function)) for where, function in named_functions(root, EVERYWHERE)]
    return [f"{where}: {number} parameters" for where, number in found if number > PARAMETERS]


def parameters(function: Function) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def broad_excepts(root: Path) -> list[str]:
    """Everything is caught in four places, once in each; cleaning up and raising on is no catch."""
    spent: Counter[str] = Counter()
    found = []
    for file in files(root, PRODUCT, (".py",)):
        place = file.relative_to(root).as_posix()
        allowed = next((known for known in CATCH_ALL if place.startswith(known)), "")
        for line in _broad_lines(parsed(file)):
            spent[allowed] += 1
            if not allowed or spent[allowed] > 1:
                found.append(f"{place}:{line}")
    return found


def _broad_lines(tree: ast.AST) -> list[int]:
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    lines = [node.lineno for node in handlers if _is_broad(node.type) and not _raises_on(node)]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    suppressed = [call for call in calls if _last_name(call.func) == "suppress"]
    return lines + [call.lineno for call in suppressed if any(map(_is_broad, call.args))]


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(_last_name(name) in ("Exception", "BaseException") for name in names)


def _raises_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def many_mocks(root: Path) -> list[str]:
    """Mocks that assert calls are a last resort: fake the outside with a small class instead."""
    trees = [parsed(file) for file in files(root, ("tests",), (".py",))]
    every = [node for tree in trees for node in ast.walk(tree)]
    mocks = sum(_is_mock(node) for node in every)
    tests = sum(isinstance(node, Function) and node.name.startswith("test_") for node in every)
    is_many = mocks * 100 > MOCKS_PER_HUNDRED * tests
    return [f"{mocks} mocks in {tests} tests"] if is_many else []


def _is_mock(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and bool(MOCKS & set(ast.unparse(node.func).split(".")))


def empty_names(root: Path) -> list[str]:
    """Names that say nothing: the last word of a class, the first too if it is Base; a module."""
    found = []
    for file in files(root, EVERYWHERE, (".py",)):
        place = file.relative_to(root)
        classes = [node for node in ast.walk(parsed(file)) if isinstance(node, ast.ClassDef)]
        found += [f"{place}:{node.lineno} {node.name}" for node in classes if _is_empty(node.name)]
        if file.stem in EMPTY_NAMES:
            found.append(str(place))
    return found


def _is_empty(name: str) -> bool:
    words = [word.lower() for word in WORD.findall(name)]
    return words[-1] in EMPTY_NAMES or words[0] == "base"


RULES = (
    long_functions,
    long_files,
    grown_functions,
    many_parameters,
    broad_excepts,
    many_mocks,
    empty_names,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule):
    assert rule(ROOT) == []


def body(lines: int, name: str = "f") -> str:
    return f"def {name}():\n" + "    x = 1\n" * (lines - 1)


CATCH = "try:\n    pass\nexcept Exception:\n    pass\n"
WRONG = [
    (long_functions, "bridge/a.py", body(61)),
    (long_functions, "tests/a.py", "async " + body(61)),
    (long_files, "adapters/web/widget/a.js", "//\n" * 401),
    (long_files, "adapters/web/widget/a.css", "/**/\n" * 401),
    (long_files, "bridge/a.py", "#\n" * 401),
    (grown_functions, "bridge/a.py", body(9) + body(10) + body(10)),
    (grown_functions, "bridge/a.py", body(2) * 8 + body(31)),
    (many_parameters, "bridge/a.py", "def f(a, b, c, d, e, f): ..."),
    (many_parameters, "bridge/a.py", "class A:\n    def f(self, a, b, c, d, e, f): ..."),
    (broad_excepts, "bridge/a.py", CATCH),
    (broad_excepts, "bridge/delivery.py", CATCH * 2),
    (broad_excepts, "storage/a.py", CATCH * 2),
    (broad_excepts, "adapters/slack/a.py", CATCH.replace("Exception", "(OSError, BaseException)")),
    (broad_excepts, "app.py", CATCH.replace(" Exception", "")),
    (broad_excepts, "app.py", "with contextlib.suppress(Exception):\n    pass"),
    (many_mocks, "tests/a.py", "def test_a():\n    Mock()"),
    (many_mocks, "tests/a.py", "@mock.patch.object(a, 'b')\ndef test_a(b): ..."),
    (empty_names, "bridge/a.py", "class MessageManager: ..."),
    (empty_names, "bridge/a.py", "class BaseStore: ..."),
    (empty_names, "bridge/a.py", "class HTTPHandler: ..."),
    (empty_names, "bridge/utils.py", ""),
]


@pytest.mark.parametrize(("rule", "place", "text"), WRONG)
def test_a_wrong_file_is_found(tmp_path, rule, place, text):
    write(tmp_path / place, text)
    assert len(rule(tmp_path)) == 1


RIGHT = [
    ("bridge/a.py", body(60) + body(2) * 9),
    ("bridge/a.py", "#\n" * 400),
    ("bridge/a.py", "def f(a, b, c, d, e, *rest, f, g, **more): ..."),
    ("bridge/a.py", "class A:\n    def f(self, a, b, c, d, e): ..."),
    ("bridge/delivery.py", CATCH),
    ("bridge/a.py", "try:\n    pass\nexcept BaseException:\n    clean()\n    raise\n"),
    ("bridge/managers.py", "class ManagerDesk: ...\nclass Database: ...\nclass Basement: ..."),
    ("tests/a.py", "def test_a(): ...\n" * 34 + "Mock()"),
]


@pytest.mark.parametrize(("place", "text"), RIGHT)
def test_a_right_file_is_let_be(tmp_path, place, text):
    write(tmp_path / place, text)
    assert [finding for rule in RULES for finding in rule(tmp_path)] == []


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
