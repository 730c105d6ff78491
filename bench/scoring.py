"""Scoring with the versioned card in Python beside one SQL statement made of CASE; both must agree."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection

from bench.measure import Line, taking_turns
from credit.rules.scorecard import STD, score
from policies.rules.standards import Card, GradeStandard, Indicator, Section
from policies.seed import default_pack

Values = Mapping[str, Decimal | None]


def random_values(card: Card, count: int) -> Iterator[dict[str, Decimal | None]]:
    """Customers whose figures fall around the thresholds; one in ten figures is not known."""
    rng = Random(7)
    for _ in range(count):
        yield {
            indicator.code: None if rng.random() < 0.1 else _value(rng, indicator)
            for section in card.sections
            for indicator in section.indicators
        }


def _value(rng: Random, indicator: Indicator) -> Decimal:
    if indicator.kind == "anchor":
        return Decimal(rng.randint(0, 4))
    return rng.choice(indicator.bands).threshold + Decimal(rng.randint(-3, 3))


def measure(count: int, in_sql: int) -> list[Line]:
    """Score `count` customers in Python and `in_sql` in SQL; times are per 1,000 customers."""
    pack = default_pack()
    card, grades = pack.scorecard, pack.grades
    people = list(random_values(card, count))
    found: list[tuple[Decimal, str]] = []

    def product() -> None:
        found[:] = [_scored(card, grades, values) for values in people]

    _store(card, people, in_sql)
    statement = _statement(card, grades)
    spent, floor = taking_turns(product, lambda: _run(statement), 5)
    _compare(found)
    indicators = sum(len(section.indicators) for section in card.sections)
    speed = f"{count / spent:.1f}k customers/s; floor {in_sql / floor:.0f}k customers/s, reading and writing the table"
    return [
        Line(f"scoring 1,000 customers x {indicators} indicators", spent / count * 1000, floor / in_sql * 1000, speed)
    ]


def _scored(card: Card, grades: Any, values: Values) -> tuple[Decimal, str]:
    result = score(card, grades, STD, values)
    return result.score or Decimal(0), result.grade


def _store(card: Card, people: list[dict[str, Decimal | None]], count: int) -> None:
    codes = [indicator.code for section in card.sections for indicator in section.indicators]
    columns = ", ".join(f'"{code}" numeric' for code in codes)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE floor_values (id int PRIMARY KEY, {columns})")
        cursor.execute("CREATE TABLE floor_scores (id int, score numeric, grade text)")
        with cursor.copy("COPY floor_values FROM STDIN") as copy:
            for number in range(count):
                values = people[number % len(people)]
                copy.write_row([number, *(values[code] for code in codes)])
        cursor.execute("ANALYZE floor_values")


def _statement(card: Card, grades: Sequence[GradeStandard]) -> str:
    """The card as one INSERT … SELECT: points by CASE, sections over what is known, weights, grade.

    OFFSET 0 keeps the levels apart: merged, every expression would be worked out many times.
    """
    codes = [section.code.lower() for section in card.sections]
    parts = ", ".join(_parts(section) for section in card.sections)
    sections = ", ".join(
        f"CASE WHEN {code}_max >= 50 THEN 100.0 * {code}_points / {code}_max END AS {code}" for code in codes
    )
    weights = {code.lower(): weight for code, weight in card.weights[STD].items()}
    total = " + ".join(f"coalesce({code} * {weight}, 0)" for code, weight in weights.items())
    used = " + ".join(f"CASE WHEN {code} IS NULL THEN 0 ELSE {weight} END" for code, weight in weights.items())
    best_first = sorted(grades, key=lambda standard: standard.min_score, reverse=True)
    ladder = " ".join(f"WHEN score >= {each.min_score} THEN '{each.grade}'" for each in best_first)
    return (
        f"INSERT INTO floor_scores SELECT id, score, CASE {ladder} END FROM "
        f"(SELECT id, round(({total}) / ({used}), 2) AS score FROM "
        f"(SELECT id, {sections} FROM (SELECT id, {parts} FROM floor_values OFFSET 0) AS p OFFSET 0) AS s "
        "OFFSET 0) AS t"
    )


def _parts(section: Section) -> str:
    code = section.code.lower()
    points = " + ".join(f"coalesce({_points(indicator)}, 0)" for indicator in section.indicators)
    most = " + ".join(f'CASE WHEN "{i.code}" IS NULL THEN 0 ELSE {i.max} END' for i in section.indicators)
    return f"{points} AS {code}_points, {most} AS {code}_max"


def _points(indicator: Indicator) -> str:
    name = f'"{indicator.code}"'
    if indicator.kind == "anchor":
        return f"{indicator.max} * {name} / 4"
    sign = ">=" if indicator.kind == "ge" else "<="
    bands = " ".join(f"WHEN {name} {sign} {band.threshold} THEN {band.points}" for band in indicator.bands)
    return f"CASE WHEN {name} IS NULL THEN NULL {bands} ELSE 0 END"


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE floor_scores")
        cursor.execute(statement)


def _compare(found: list[tuple[Decimal, str]]) -> None:
    """A floor that computes something else would prove nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT score, grade FROM floor_scores WHERE id < %s ORDER BY id", [len(found)])
        rows = cursor.fetchall()
    wrong = [(ours, theirs) for ours, theirs in zip(found, rows, strict=True) if ours != tuple(theirs)]
    if len(wrong) > len(found) // 1000:  # half a cent may fall to the other side in SQL's divisions
        raise RuntimeError(f"the floor scores {len(wrong)} customers differently, for example {wrong[0]}")
