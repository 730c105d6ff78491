"""Contracts from the draft to their end: written, prepared for signature, in force, expired, terminated."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.roles import Role
from audit.clock import db_now
from audit.services import record
from contracts.contract_evaluation import PAPER_OF_AUTHORITY, PAPER_OF_CUSTOMER, replaced_lines
from contracts.contract_values import numbered
from contracts.filling import fill
from contracts.models import Contract, ContractDeviation, ContractLetter, ContractLine, Kind, TemplateVersion
from contracts.production import PAPER
from contracts.services.documents import order_filled, void_document
from customers.models import Customer
from customers.papers import register_letters
from customers.services import letters
from jobs import storage
from jobs.services import enqueue

WRITERS: Final = (Role.REP, Role.SM)
# Who may end a contract before its time.
ENDERS: Final = (Role.LG, Role.CFO, Role.GM)
LETTERS: Final = letters.LetterKind(
    model=ContractLetter,
    prefix="contracts.contract",
    roles=WRITERS,
    related=("customer__unit", "template__unit"),
)
OWN: Final = frozenset({"customer", "created_by", "editors", "lines", "deviations", "contract"})
EDITABLE: Final = frozenset(
    field.name for field in ContractLetter._meta.fields if field.editable and field.name not in OWN
) - {"id", "last_edited_by", "revision", "submitted", "submitted_at", "discarded_at", "created_at", "updated_at"}
CODE: Final = "contract"
PAPERS: Final = (PAPER_OF_AUTHORITY, PAPER_OF_CUSTOMER, "other")
BEGIN_JOB: Final = "contracts.begin"


@transaction.atomic
def save_draft(
    customer: Customer, values: Mapping[str, Any], actor: User, letter: ContractLetter | None = None
) -> ContractLetter:
    """Begin a contract letter, or write what changed into its draft.

    Args:
        values: fields of the letter; further "lines" and "deviations": lists of fields, which replace those before.

    Raises:
        Problem: 403 or 404 when the actor may not write for the customer, 409 when it is no draft any more.
    """
    own = {name: value for name, value in values.items() if name in EDITABLE}
    if letter is None:
        letters.check_may_write(LETTERS, customer, actor)
        draft: ContractLetter = letters.create(LETTERS, customer, {"currency": customer.currency, **own}, actor)
    else:
        draft = letters.open_draft(LETTERS, letter.pk, actor)
        letters.check_may_write(LETTERS, draft.customer, actor)
        letters.change(draft, own, actor)
    if "lines" in values and _exchange(draft, ContractLine, values["lines"], numbered_from=1):
        letters.touched(draft, actor)
    if "deviations" in values and _exchange(draft, ContractDeviation, values["deviations"]):
        letters.touched(draft, actor)
    return draft


def _exchange(draft: ContractLetter, model: Any, rows: Iterable[Mapping[str, Any]], numbered_from: int = 0) -> bool:
    """Put these rows in place of those that the draft has; False when they are the same."""
    wanted = [dict(row) for row in rows]
    if numbered_from:
        wanted = [{**row, "position": position} for position, row in enumerate(wanted, start=numbered_from)]
    names = [field.name for field in model._meta.fields if field.name not in ("id", "letter")]
    before = [{name: getattr(row, name) for name in names} for row in model.objects.filter(letter=draft)]
    new = [model(letter=draft, **row) for row in wanted]
    if before == [{name: getattr(row, name) for name in names} for row in new]:
        return False
    model.objects.filter(letter=draft).delete()
    model.objects.bulk_create(new)
    return True


@transaction.atomic
def discard_draft(letter: ContractLetter, actor: User) -> None:
    """Throw a draft away. Raises Problem like `save_draft`."""
    letters.discard(LETTERS, letter.pk, actor)


@transaction.atomic
def mark_submitted(letter: ContractLetter, actor: User) -> None:
    """From now on the letter is not edited: a request was made with it."""
    letters.mark_submitted(LETTERS, letter, actor, {"value": letter.annual_value})


@transaction.atomic
def reopen(letter: ContractLetter, actor: User) -> None:
    """Let the author revise a returned letter."""
    letters.reopen(LETTERS, letter, actor)


@transaction.atomic
def release(letter: ContractLetter, actor: User) -> None:
    """Make a withdrawn letter a draft again."""
    letters.release(LETTERS, letter, actor)


@transaction.atomic
def prepare(
    letter: ContractLetter,
    *,
    request_no: str,
    policy_number: int,
    content: Mapping[str, Any],
    actor: User,
    now: datetime,
    paper_sha256: str = "",
) -> Contract:
    """Everybody agreed: freeze the contract and have its paper made and sealed by a job.

    Args:
        content: the approved submission; the paper is made from its evaluation alone.
        paper_sha256: the customer's own paper, which is sealed as it is.
    """
    if letter.valid_from is None or letter.valid_to is None:
        raise RuntimeError("nobody approves a contract without its days")
    evaluation = content["evaluation"]
    version = TemplateVersion.objects.select_related("template").get(pk=evaluation["template"]["id"])
    language = version.template.language
    if paper_sha256:
        template, engine = storage.get(paper_sha256), PAPER
        snapshot: dict[str, Any] = {"contract": {"no": request_no}, "paper_sha256": paper_sha256}
    else:
        filled = fill(version, numbered(evaluation["values"], request_no), replaced_lines(evaluation))
        template, engine, snapshot = filled.template, version.engine, filled.context
    document = order_filled(
        Kind.CONTRACT,
        language=language,
        request_no=request_no,
        customer=letter.customer,
        snapshot=snapshot,
        template=template,
        engine=engine,
        actor=actor,
        confidential=letter.confidential,
        viewers=[letter.created_by, actor],
    )
    contract = Contract.objects.create(
        letter=letter,
        number=request_no,
        customer=letter.customer,
        template_version=version,
        currency=letter.currency,
        annual_value=Decimal(evaluation["own_value"]),
        valid_from=letter.valid_from,
        valid_to=letter.valid_to,
        copies=letter.copies,
        signer_name=letter.signer_name,
        signer_legal_rep=letter.signer_legal_rep,
        authority_no=letter.authority_no,
        authority_valid_to=letter.authority_valid_to,
        standard=evaluation["standard"],
        paper_sha256=paper_sha256,
        content=dict(content),
        policy_number=policy_number,
        approved_by=actor,
        approved_at=now,
        document=document,
    )
    tell("contract.approved", contract, actor, after={"value": contract.annual_value, "document": document.number})
    return contract


@transaction.atomic
def make_signed(contract: Contract, *, actor: User, now: datetime, today: date) -> None:
    """Both sides have signed; in force at once, or on its first day when that is still ahead.

    Raises:
        Problem: 409 when no signed copy is on file.
    """
    copy = getattr(contract, "signed_copy", None)
    if copy is None:
        raise Problem("no_signed_copy", 409, _("The signed copy of the other side is not on file."))
    moved = Contract.objects.filter(
        pk=contract.pk, sealed_at__isnull=False, signed_at__isnull=True, terminated_at__isnull=True
    ).update(signed_at=now, signed_on=copy.signed_on)
    if not moved:
        raise Problem("not_sealed", 409, _("The contract is not waiting for a signature."))
    contract.refresh_from_db()
    tell("contract.signed", contract, actor, after={"signed_on": copy.signed_on, "method": copy.method})
    if contract.valid_from <= today:
        begin(contract, now)
    else:
        first = datetime.combine(contract.valid_from, time.min, ZoneInfo(contract.customer.unit.time_zone))
        enqueue(BEGIN_JOB, f"contract:{contract.pk}:begin", {"contract": contract.pk}, due_at=first)


@transaction.atomic
def begin(contract: Contract, now: datetime) -> bool:
    """Put a signed contract in force; False when it is in force already or has ended."""
    moved = Contract.objects.filter(
        pk=contract.pk, signed_at__isnull=False, effective_at__isnull=True, terminated_at__isnull=True
    ).update(effective_at=now)
    if moved:
        contract.refresh_from_db()
        tell("contract.effective", contract, None, after={"valid_to": contract.valid_to})
    return bool(moved)


@transaction.atomic
def expire(contract: Contract, now: datetime) -> bool:
    """The last day is over; False when it is not in force."""
    moved = Contract.objects.filter(
        pk=contract.pk, effective_at__isnull=False, expired_at__isnull=True, terminated_at__isnull=True
    ).update(expired_at=now)
    if moved:
        contract.refresh_from_db()
        tell("contract.expired", contract, None, after={"valid_to": contract.valid_to})
    return bool(moved)


@transaction.atomic
def terminate(contract: Contract, *, actor: User, reason: str) -> None:
    """End a contract before its last day, for a reason; a paper that was never signed by both is void.

    Raises:
        Problem: 422 without a reason, 409 when it has ended already.
    """
    said = reason.strip()
    if not said:
        sentence = _("Please give a reason.")
        raise Problem("reason_missing", 422, sentence, errors=[{"field": "reason", "message": sentence}])
    moved = Contract.objects.filter(pk=contract.pk, expired_at__isnull=True, terminated_at__isnull=True).update(
        terminated_at=db_now(), terminated_by=actor, termination_reason=said[:500]
    )
    if not moved:
        raise Problem("contract_ended", 409, _("The contract has ended already."))
    contract.refresh_from_db()
    tell("contract.terminated", contract, actor, reason=said)
    if contract.document is not None and contract.document.shown_state == "done" and contract.signed_at is None:
        void_document(contract.document, actor=actor, reason=said)


def _visible(user: User, pk: int) -> bool:
    return ContractLetter.objects.visible_to(user).filter(pk=pk).exists()


def _may_write(user: User, pk: int) -> Customer:
    draft: ContractLetter = letters.open_draft(LETTERS, pk, user)
    letters.check_may_write(LETTERS, draft.customer, user)
    return draft.customer


def connect() -> None:
    """Called when the app starts: contract letters carry papers."""
    register_letters(CODE, _visible, _may_write, kinds=PAPERS)


def tell(action: str, contract: Contract, actor: User | None, **facts: Any) -> None:
    """Write an event of the contract into its request's chain."""
    record(
        action,
        stream=f"request:{contract.number}",
        actor=actor,
        object_type="contract",
        object_id=str(contract.pk),
        object_label=contract.number,
        request_no=contract.number,
        customer_id=contract.customer_id,
        customer_label=contract.customer.name,
        **facts,
    )
