"""Medians of interleaved runs: product and floor take turns, so that both see the same noise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Line:
    """A row of the table. Times in milliseconds; `floor` None where there is none."""

    what: str
    product_ms: float
    floor_ms: float | None
    remark: str = ""

    @property
    def ratio(self) -> str:
        """How many times the floor the product takes."""
        return "" if not self.floor_ms else f"{self.product_ms / self.floor_ms:.1f}"


def milliseconds(run: Callable[[], object]) -> float:
    """One run."""
    start = perf_counter()
    run()
    return (perf_counter() - start) * 1000


def taking_turns(product: Callable[[], object], floor: Callable[[], object], times: int) -> tuple[float, float]:
    """Median milliseconds of both, after one run each that warms up."""
    product(), floor()
    pairs = [(milliseconds(product), milliseconds(floor)) for _ in range(times)]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def figure(value: float | None) -> str:
    """Three significant figures are more than this machine repeats."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def table(lines: Sequence[Line]) -> str:
    """The lines as text; ratio is product over floor."""
    rows = [("", "product ms", "floor ms", "ratio", "")]
    rows += [(line.what, figure(line.product_ms), figure(line.floor_ms), line.ratio, line.remark) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}  {row[4]}".rstrip()
        for row in rows
    )
