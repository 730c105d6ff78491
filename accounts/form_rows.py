"""Rows of a form: as many small forms as there are rows, one blank one to fill in next; sent as a whole."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django import forms

MOST: Final = 100
BLANK_ROWS: Final = 1


class RowForm(forms.Form):
    """One row. A row without any value is no row; `needed` are the fields without which it is not kept."""

    needed: tuple[str, ...] = ()
    # Set by the browser itself, such as a choice that cannot be empty: they do not make a row.
    defaults: tuple[str, ...] = ()

    @property
    def written(self) -> bool:
        """Whether anything was written into the row."""
        return any(self[name].value() not in (None, "") for name in self.fields if name not in self.defaults)

    @property
    def complete(self) -> bool:
        """Whether the row can be kept, as far as it was typed right."""
        return self.is_bound and all(self.cleaned_data.get(name) not in (None, "") for name in self.needed)


class Rows:
    """All rows of one kind in a form.

    Args:
        make: (data or None, initial or None, prefix) -> the form of a row.
        initial: the rows that are there, when nothing was sent.
        data: what was sent. `remove` names a row that goes, for example ``lines-2``.
    """

    def __init__(
        self,
        prefix: str,
        make: Callable[[Any, Mapping[str, Any] | None, str], RowForm],
        initial: Sequence[Mapping[str, Any]],
        data: Any = None,
    ) -> None:
        self.prefix, self.bound = prefix, data is not None
        if data is not None:
            numbers = [number for number in _numbers(prefix, data) if data.get("remove") != f"{prefix}-{number}"]
            made = [make(data, None, f"{prefix}-{number}") for number in numbers[:MOST]]
            self.rows = [row for row in made if row.written]
        else:
            self.rows = [make(None, values, f"{prefix}-{number}") for number, values in enumerate(initial)]
        last = max([int(row.prefix.rpartition("-")[2]) for row in self.rows if row.prefix] + [-1])
        self.blank = [make(None, None, f"{prefix}-{last + 1 + extra}") for extra in range(BLANK_ROWS)]

    def __iter__(self) -> Any:
        return iter([*self.rows, *self.blank])

    def errors(self) -> list[tuple[int, str]]:
        """(number of the row, what is wrong with it)."""
        return [
            (number, f"{row.fields[name].label}: {message}" if name in row.fields else str(message))
            for number, row in enumerate(self.rows, start=1)
            for name, messages in row.errors.items()
            for message in messages
        ]

    def values(self) -> list[dict[str, Any]]:
        """The rows that can be kept."""
        for row in self.rows:
            row.full_clean()
        return [dict(row.cleaned_data) for row in self.rows if row.complete]


def _numbers(prefix: str, data: Any) -> list[int]:
    pattern = re.compile(rf"{re.escape(prefix)}-(\d{{1,4}})-\w+")
    return sorted({int(found[1]) for key in data if (found := pattern.fullmatch(key))})
