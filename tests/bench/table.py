"""Figures of several runs as one table: medians, ratios to the floor, and the goals beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles

PRODUCT, FLOOR = "Silta", "floor"


@dataclass(frozen=True)
class Figure:
    """One number: of what, which, in which unit."""

    row: str
    name: str
    unit: str = "ms"


@dataclass(frozen=True)
class Goal:
    """At most so many times the floor, at most this value, or at least this."""

    times: float | None = None
    most: float | None = None
    least: float | None = None

    def __str__(self) -> str:
        if self.least is not None:
            return f"≥ {self.least:g}"
        return f"≤ {self.times:g} ×" if self.times is not None else f"≤ {self.most:g}"

    def is_met(self, value: float, ratio: float | None) -> bool:
        """Whether it is; without a floor's value only the value itself can tell."""
        if self.least is not None:
            return value >= self.least
        if self.times is not None:
            return ratio is not None and ratio <= self.times
        return self.most is not None and abs(value) <= self.most


GOALS = {
    "p50": Goal(times=1.5),
    "p99": Goal(times=2.0),
    "CPU a message": Goal(times=2.5),
    "change by Slack's delay": Goal(most=25.0),
    "a connected visitor": Goal(most=24.0),
    "idle": Goal(times=1.2),
    "start": Goal(times=1.3),
    "start, CPU": Goal(times=1.3),
    "CPU an activity": Goal(times=8.0),
    "the SDK as it comes, times Silta's": Goal(least=6.0),
    "lost": Goal(most=0.0),
    "answered 429": Goal(most=1.0),
    "lag of claimed threads p99": Goal(most=5.0),
}
Sample = Mapping[Figure, float]
HEADING = ("| | figure | Silta | floor | ratio | goal |", "|---|---|---:|---:|---:|---|")


@dataclass
class Table:
    """Values by figure and program, in the order of their coming."""

    _values: dict[Figure, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, program: str, sample: Sample) -> None:
        """What one run gave."""
        for figure, value in sample.items():
            self._values.setdefault(figure, defaultdict(list))[program].append(value)

    def lines(self) -> list[str]:
        """The table in Markdown; each value is the median of its runs, each ratio that of the medians."""
        shown, before = [], ""
        order = list(dict.fromkeys(figure.row for figure in self._values))
        for figure, values in sorted(self._values.items(), key=lambda one: order.index(one[0].row)):
            shown.append(_line(figure, values, figure.row if figure.row != before else ""))
            before = figure.row
        return [*HEADING, *shown]


def _line(figure: Figure, values: Mapping[str, list[float]], row: str) -> str:
    middle = {program: median(found) for program, found in values.items() if found}
    ours, theirs = middle.get(PRODUCT), middle.get(FLOOR)
    ratio = ours / theirs if ours is not None and theirs and figure.unit != "%" else None
    cells = (row, f"{figure.name}, {figure.unit}", _number(ours), _number(theirs), f"{ratio:.2f}" if ratio else "")
    return f"| {' | '.join(cells)} | {_goal(figure, ours, ratio)} |"


def _goal(figure: Figure, ours: float | None, ratio: float | None) -> str:
    goal = GOALS.get(figure.name)
    if goal is None or ours is None or (goal.times is not None and ratio is None):
        return ""
    return f"{goal}" if goal.is_met(ours, ratio) else f"{goal} **missed**"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def times(row: str, seconds: Iterable[float]) -> dict[Figure, float]:
    """p50 and p99 in milliseconds."""
    found = sorted(value * 1000 for value in seconds)
    if len(found) < 2:
        return {}
    parts = quantiles(found, n=100, method="inclusive")
    return {Figure(row, "p50"): parts[49], Figure(row, "p99"): parts[98]}
