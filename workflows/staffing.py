"""The people of a round: who must stay apart, and who may act in its steps."""

from collections.abc import Iterable, Iterator

from policies.queries import pinned_pack
from workflows import rules
from workflows.engine import Round
from workflows.models import Step
from workflows.people import Matter, Staff


def duties(round_: Round) -> rules.Duties:
    """The natural persons who must stay apart in this round."""
    request = round_.request
    owners = (request.owner, request.customer.owner if request.customer else None)
    return rules.Duties(
        submitter=request.submitter.person_id,
        owners=frozenset(owner.person_id for owner in owners if owner),
        editors=frozenset(round_.submission.editors),
        barred=round_.kind.barred(round_.submission.content, round_.today),
        decided=frozenset(person for step in round_.steps for person in _spoke(step)),
    )


def _spoke(step: Step) -> Iterator[int]:
    """Natural persons who have had their say in the step: who decided, and for whom; none when it is asked again."""
    if step.status in rules.GONE:
        return
    decision = step.carried_from if step.status == "carried" else getattr(step, "decision", None)
    if decision is None:
        return
    yield decision.person_id
    if decision.on_behalf_of is not None:
        yield decision.on_behalf_of.person_id


def staff_of(round_: Round) -> Staff:
    """The people of the round's steps, without those who must stay apart."""
    request, apart = round_.request, duties(round_)
    barred = apart.editors | apart.owners | apart.barred | {apart.submitter}
    submission = round_.submission
    matter = Matter(
        pinned_pack(submission.policy_number, submission.policy_digest),
        request.kind,
        request.amount,
        round_.now,
        request.currency == request.unit.currency,
        apart.decided,
        frozenset(step.assignee_id for step in round_.steps if step.assignee_id is not None),
    )
    return Staff(roles_of(round_.steps), request.unit, request.region, round_.today, barred, matter)


def roles_of(steps: Iterable[Step]) -> set[str]:
    """The roles of the steps, and of the pools in which they are."""
    pools = {step.home_key.split(":")[0] for step in steps}
    return {step.role for step in steps} | {role for role in pools if not role.startswith("@")} - {""}
