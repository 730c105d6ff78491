"""Every two verbs against each other, eight people at once on real connections: nothing happens twice or half.

``make test`` races every verb against an approval, once; ``make soak`` every two verbs, 200 times each
(``SOAK_TRIALS``).
"""

import os
import threading
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import combinations_with_replacement
from random import Random
from typing import Any, Final

import pytest
from django.db import connections

from accounts.problems import Problem
from audit.models import Event
from tests.soak.invariants import violations
from tests.soak.verbs import VERBS, Act, Cast, Verb, scene

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT: Final = 8
TRIALS: Final = int(os.environ.get("SOAK_TRIALS", "0"))
PATIENCE_SECONDS: Final = 120
# The rarer scene decides: what is possible at the first step or on a returned request is so nowhere else.
SCENES: Final = ("returned", "first", "middle")


class Crowd:
    """Eight threads with a connection each, released together; answers or exceptions."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(EIGHT)

    def at_once(self, acts: list[Act]) -> list[Any]:
        start = threading.Barrier(len(acts))

        def run(act: Act) -> Any:
            start.wait(PATIENCE_SECONDS)
            try:
                return act()
            except Exception as error:  # judged by the test
                if not isinstance(error, Problem):
                    error.add_note("".join(traceback.format_tb(error.__traceback__)[-12:]))
                return error

        return [each.result(PATIENCE_SECONDS) for each in [self.pool.submit(run, act) for act in acts]]

    def go_home(self) -> None:
        self.at_once([connections.close_all] * EIGHT)
        self.pool.shutdown()


@contextmanager
def crowd() -> Iterator[Crowd]:
    made = Crowd()
    try:
        yield made
    finally:
        made.go_home()


def events() -> Counter[str]:
    return Counter(Event.objects.values_list("action", flat=True))


def race(people: Crowd, cast: Cast, one: Verb, other: Verb, seed: int) -> list[str]:
    """One trial: four of each in a fresh scene; where rows, trail and answers do not agree afterwards."""
    made = scene(cast, min((one.at, other.at), key=SCENES.index))
    for verb in dict.fromkeys((one, other)):
        if verb.at == "middle" and made.step == made.earlier and verb.name in ("end waiting", "lapse", "remove"):
            return []  # there is no such thing at the first step
        try:
            verb.ready(made)
        except Problem:
            return []  # what one needs, the other has made impossible
    verbs = [one, other] * (EIGHT // 2)
    acts = [verb.act(made, number) for number, verb in enumerate(verbs)]
    order = Random(seed).sample(range(EIGHT), EIGHT)
    before = events()
    answers = people.at_once([acts[place] for place in order])
    happened = events() - before
    said = dict(zip(order, answers, strict=True))
    unexpected = [
        f"{each!r} {getattr(each, '__notes__', '')}"
        for each in answers
        if isinstance(each, Exception) and not isinstance(each, Problem)
    ]
    wrong = unexpected + violations(made.request.no)
    for action in {one.action, other.action}:
        ours = [place for place, verb in enumerate(verbs) if verb.action == action]
        worked = sum(not isinstance(said[place], Problem) for place in ours)
        quiet = any(verbs[place].quiet for place in ours)
        if happened[action] > worked or (not quiet and happened[action] != worked):
            wrong.append(f"{action}: {worked} succeeded, the trail has {happened[action]}")
    refused = sum(isinstance(each, Problem) and each.code != "busy" for each in answers)
    if happened["rule.refused"] != refused:
        wrong.append(f"{refused} were refused, the trail has {happened['rule.refused']}")
    told = [each.code if isinstance(each, Problem) else "done" for _place, each in sorted(said.items())]
    return [f"{one.name} against {other.name} ({', '.join(told)}): {each}" for each in wrong]


def usual_pairs() -> list[tuple[Verb, Verb]]:
    return [(VERBS[0], verb) for verb in VERBS]


@pytest.mark.skipif(bool(TRIALS), reason="`make soak` races every two verbs")
def test_every_verb_against_an_approval_takes_effect_once() -> None:
    cast = Cast.hired()
    with crowd() as people:
        wrong = [line for seed, pair in enumerate(usual_pairs()) for line in race(people, cast, *pair, seed)]
    assert not wrong, "\n".join(wrong)


ALL_PAIRS = list(combinations_with_replacement(VERBS, 2)) if TRIALS else []


@pytest.mark.skipif(not TRIALS, reason="`make soak`")
@pytest.mark.parametrize(("one", "other"), ALL_PAIRS, ids=[f"{a.name}+{b.name}" for a, b in ALL_PAIRS])
def test_no_two_verbs_take_effect_twice_or_by_half(one: Verb, other: Verb) -> None:
    cast = Cast.hired()
    with crowd() as people:
        wrong = [line for seed in range(TRIALS) for line in race(people, cast, one, other, seed)]
    assert not wrong, "\n".join(wrong)
