"""Whether there are enough different people for the steps of a plan, and who stands in where there is nobody."""

from collections.abc import Collection, Mapping, Sequence


def seat(candidates: Mapping[str, Collection[int]]) -> dict[str, int] | None:
    """Give every step its own person, or None when there are too few.

    Args:
        candidates: step key -> ids of the natural persons who could decide it.

    Returns:
        step key -> person, all different (a system of distinct representatives, by augmenting paths).
    """
    taken: dict[int, str] = {}

    def place(step: str, tried: set[int]) -> bool:
        for person in sorted(candidates[step]):
            if person in tried:
                continue
            tried.add(person)
            if person not in taken or place(taken[person], tried):
                taken[person] = step
                return True
        return False

    if not all(place(step, set()) for step in candidates):
        return None
    return {step: person for person, step in taken.items()}


def duplicates_to_skip(
    order: Sequence[tuple[int, str]],
    candidates: Mapping[str, Collection[int]],
    afterwards: Collection[str] = (),
    functions: Mapping[str, str] | None = None,
    decided: Collection[str] = (),
) -> tuple[str, ...] | None:
    """The fewest lower steps to skip because their only person also sits higher (routing rule 3).

    Args:
        order: (stage, step key), lowest stage first.
        candidates: step key -> persons who could decide it.
        afterwards: steps that act when it is in force already; none before it is skipped for one of them.
        decided: steps that are decided already: there is nothing to skip, their people have had their say.
        functions: of each step; none is skipped for one of another function (approval reference 1C, dedupe).

    Returns:
        keys to skip (often empty), or None when even then a step has nobody of its own.
    """
    skipped: list[str] = []
    left = {key: set(candidates[key]) for _, key in order}
    while seat(left) is None:
        for stage, key in order:
            if key not in left or key in decided or len(left[key]) != 1:
                continue
            later = (
                other
                for at, other in order
                if other in left
                and at > stage
                and (key in afterwards or other not in afterwards)
                and (functions is None or functions[key] == functions[other])
            )
            if any(left[other] == left[key] for other in later):
                skipped.append(key)
                del left[key]
                break
        else:
            return None
    return tuple(skipped)


def ladder(role: str, places: Mapping[str, tuple[str, int]], owner: str) -> tuple[str, ...]:
    """Who takes the place of a role that nobody holds: its superiors in the same function, then the policy owner.

    Args:
        places: function and level of each role (table ROLES of the policy).
        owner: role of the policy owner (policy parameter `policy_owner`).
    """
    function, level = places.get(role, ("", 0))
    above = sorted((at, other) for other, (where, at) in places.items() if where == function and at > level)
    return tuple(dict.fromkeys([*(other for _at, other in above), *([owner] if owner != role else [])]))
