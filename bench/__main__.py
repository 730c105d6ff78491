"""`make bench`: the product's figures as ratios to bare SQL in the same run, on the same server.

BENCH_SCALE=full adds the queue at 1,000,000 steps. Absolute times belong to this machine at this hour; ratios keep.
"""

import os
import sys
from time import perf_counter

from bench.measure import Line, table
from bench.world import company, database


def main() -> int:
    """Measure everything and print one table."""
    full = os.environ.get("BENCH_SCALE", "") == "full"
    start = perf_counter()
    with database():
        lines = measured([1_000, 100_000, 1_000_000] if full else [1_000, 100_000])
    print(table(lines))
    print(f"\nPostgreSQL with fsync on, one client; {perf_counter() - start:.0f} s in all.")
    return 0


def measured(sizes: list[int]) -> list[Line]:
    """All lines; modules that need Django are imported now that it is set up."""
    from bench import decisions, papers, prices, queue, replay, rerating, rules, scoring

    team = company()
    lines: list[Line] = []
    for name, run in (
        ("decisions", lambda: decisions.measure(team, 10)),
        ("scoring", lambda: scoring.measure(1_000, 50_000)),
        ("re-rating", lambda: rerating.measure(500)),
        ("plans", rules.plans),
        ("replay", lambda: replay.measure(team, 100_000)),
        ("audit", lambda: rules.events(team)),
        ("price checks", lambda: prices.measure(team, 50_000)),
        ("documents", lambda: papers.measure(team, 5)),
        ("queue", lambda: queue.measure(team, sizes)),
    ):
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        lines += run()
    return lines


if __name__ == "__main__":
    sys.exit(main())
