"""What every kind does with its letter: lock it, and turn what it found into an assessment with its frozen content."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from policies.rules.tables import Reason
from workflows.content import frozen
from workflows.kind import Assessment
from workflows.rules import Terms


def locked(model: Any, *around: str, also: str = "customer") -> Callable[[int], Any]:
    """How a kind locks its letter: the row and its customer, until the transaction ends; None when there is none.

    Two requests for one customer at the same moment would each not see the other.

    Args:
        around: relations that are read along.
        also: the relation whose row is locked with the letter.
    """

    def lock(pk: int) -> Any:
        rows = model.objects.select_for_update(of=("self", also)).select_related(*around)
        return rows.filter(pk=pk, discarded_at__isnull=True).first()

    return lock


def assessed(
    letter: Any,
    *,
    kind: str,
    amount: Decimal,
    currency: str,
    facts: Mapping[str, Any],
    asked: Mapping[str, Any],
    papers: Iterable[Any],
    evaluation: Mapping[str, Any],
    terms: Terms,
    authority: Decimal,
    blocks: Iterable[Reason],
    on: date,
    title: str = "",
) -> Assessment:
    """The assessment of a letter as of a business date.

    Args:
        amount: the headline amount in `currency`.
        papers: rows with kind, file_name, sha256 and size.
        title: the name of the thing, for a letter that is about no customer.
    """
    customer = getattr(letter, "customer", None)
    content = frozen(
        kind=kind,
        customer=customer,
        asked=asked,
        attachments=[paper_json(paper) for paper in papers],
        evaluation=evaluation,
        facts=facts,
        terms=terms,
        authority=authority,
        on=on,
    )
    return Assessment(
        customer=customer,
        title=title or (str(customer.name) if customer else ""),
        amount=amount,
        currency=currency,
        facts=facts,
        content=content,
        terms=terms,
        authority=authority,
        blocks=tuple(blocks),
        editors=_editors(letter),
        confidential=getattr(letter, "confidential", False),
    )


def paper_json(paper: Any) -> dict[str, Any]:
    """A paper as a submission keeps it: what it is, and by which content it is known for ever."""
    same = ("kind", "sha256", "size")
    return {"id": paper.pk, "name": paper.file_name, **{name: getattr(paper, name) for name in same}}


def _editors(letter: Any) -> frozenset[int]:
    """Natural persons who wrote or changed the letter."""
    begun = {letter.created_by.person_id} if letter.created_by is not None else set()
    return frozenset(letter.editors.values_list("person_id", flat=True)) | begun
