"""Reading a table so that each fault is found, told where it is, and hinders no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from adapters.configuration.faults import Fault, Unfit, nearest, shown
from adapters.configuration.schema import children, homes
from adapters.configuration.values import kind_of
from bridge import readable

T = TypeVar("T")
Convert = Callable[[Any], T]
_ENTRY: Final = re.compile(r'(channels|sites|people)\.("(?:[^"\\]|\\.)*"|[^."]+)')


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the file: where it stands, what kind of table it is, and where faults are gathered."""

    path: str
    shape: str
    table: Mapping[str, Any]
    faults: list[Fault]

    def read(self, key: str, convert: Convert[T], otherwise: T) -> T:
        """The key's value; `otherwise` if it is absent, and if it cannot be used, which is a fault."""
        return self._converted(self.below(key), convert, otherwise, self.table[key]) if key in self.table else otherwise

    def needed(self, key: str, convert: Convert[T], otherwise: T, instead: str) -> T:
        """As `read`, but absence is a fault too; `instead` says what to write."""
        if key not in self.table:
            self.fault(key, "it is missing", instead)
        return self.read(key, convert, otherwise)

    def items(self, key: str, convert: Convert[T], example: str) -> tuple[tuple[str, T], ...]:
        """What can be used of a list, each with its path."""
        values: list[Any] = self.read(key, _list_like(example), [])
        read = ((f"{self.below(key)}[{place}]", value) for place, value in enumerate(values, 1))
        found = ((path, self._converted(path, convert, None, value)) for path, value in read)
        return tuple((path, value) for path, value in found if value is not None)

    def inside(self, key: str) -> Section | None:
        """The table below a key, if there is one."""
        return self._opened(self.below(key), _shape(self.shape, key), self.table[key]) if key in self.table else None

    def named(self, key: str, wildcard: str) -> dict[str, Section]:
        """The tables below a key, by the names that the file gives them."""
        above = self.inside(key)
        if above is None:
            return {}
        opened = {
            name: above._opened(above.below(name), f"{above.shape}.{wildcard}", value)
            for name, value in above.table.items()
        }
        return {name: section for name, section in opened.items() if section is not None}

    def rows(self, key: str) -> list[Section]:
        """The tables of a list of tables."""
        shape = f"{_shape(self.shape, key)}[]"
        values: list[Any] = self.read(key, _rows_like(f"[[{self.below(key)}]]"), [])
        opened = (self._opened(f"{self.below(key)}[{place}]", shape, value) for place, value in enumerate(values, 1))
        return [section for section in opened if section is not None]

    def fault(self, key: str, wrong: str, instead: str) -> None:
        """Note a fault of a key; of the table itself if the key is empty."""
        self.fault_at(self.below(key) if key else self.path, wrong, instead)

    def fault_at(self, path: str, wrong: str, instead: str) -> None:
        """Note a fault at a path below this table."""
        self.faults.append(Fault(path, wrong, instead))

    def below(self, key: str) -> str:
        """The path of a key."""
        name = readable.path(key if len(key) <= 60 else key[:59] + "…")
        return f"{self.path}.{name}" if self.path else name

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Each key that is not known is a fault."""
        names = list(known)
        for key in self.table:
            if key not in names:
                self.fault(key, "there is no such key", self._meant(key, names))

    def _opened(self, path: str, shape: str, value: object) -> Section | None:
        if not isinstance(value, dict):
            self.fault_at(path, f"{kind_of(value)} where a table belongs", f"Write it as {_header(path)}.")
            return None
        section = Section(path, shape, value, self.faults)
        if not children(shape)[0].isupper():
            section.refuse_unknown(children(shape))
        return section

    def _meant(self, key: str, known: list[str]) -> str:
        """A key that stands below the wrong header is as frequent as a misspelt one."""
        elsewhere = homes(key)
        if len(elsewhere) != 1:
            return nearest(key, known)
        entry = _ENTRY.match(self.path)
        wildcard = ".".join(self.shape.split(".")[:2])
        place = elsewhere[0].replace(wildcard, entry[0]) if entry else elsewhere[0]
        return f"It belongs to {_header(place)}: move it right below that line."

    def _converted(self, path: str, convert: Convert[T], otherwise: T | None, value: object) -> Any:
        try:
            return convert(value)
        except Unfit as unfit:
            self.fault_at(path, unfit.wrong, unfit.instead)
            return otherwise


def _shape(above: str, key: str) -> str:
    return f"{above}.{key}" if above else key


def _header(path: str) -> str:
    """The line that begins a table, or one of a list of tables."""
    bare = re.sub(r"\[\d*\]$", "", path)
    return f"[{bare}]" if bare == path else f"[[{bare}]]"


def _list_like(example: str) -> Convert[list[Any]]:
    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list):
            is_one = isinstance(value, str) and len(value) < 60
            written = f"[{shown(value)}]" if is_one else example
            raise Unfit(f"{kind_of(value)} where a list belongs", f"Write it in brackets: {written}.")
        return value

    return convert


def _rows_like(brackets: str) -> Convert[list[Any]]:
    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Unfit(f"{kind_of(value)} where a list of tables belongs", f"Write each one as {brackets}.")
        return value

    return convert
