"""Job handlers: the paper after the outcome, and the end of waiting."""

from django.utils import translation

from jobs.claims import Claim
from jobs.registry import handler
from workflows import letters, pools, replaying, rerating_due, rerating_run, services, sla, tier_review


@handler("workflows.letters")
def order_letters(claim: Claim) -> None:
    """Order the decision notice and the approval sheet of a decided request, in both languages."""
    with claim.commit():
        letters.order(claim.payload["request"])


@handler("workflows.return_due")
def return_due(claim: Claim) -> None:
    """A day after a return: stop waiting for the other parties of the stage."""
    with claim.commit(), translation.override("en"):
        services.end_waiting_return(claim.payload["no"], claim.payload["round"], claim.payload.get("step", ""))


@handler("workflows.step_due")
def step_due(claim: Claim) -> None:
    """A comment or a ratification is due: without an answer the process goes on."""
    with claim.commit(), translation.override("en"):
        services.lapse(claim.payload["no"], claim.payload["step"])


@handler("workflows.sla", every_seconds=60)
def deadlines(claim: Claim) -> None:
    """Every minute: remind, escalate and give back what is not decided in time."""
    with claim.commit():
        sla.sweep()


@handler("workflows.overdue")
def overdue(claim: Claim) -> None:
    """The ladder of a step has ended: its request goes back to the submitter."""
    with claim.commit(), translation.override("en"):
        services.give_back(claim.payload["no"], claim.payload["step"])


@handler("workflows.orphaned_steps", every_seconds=300)
def orphaned_steps(claim: Claim) -> None:
    """Every five minutes: a step whose pool has lost its last member goes to the next wider pool."""
    with claim.commit():
        pools.move_orphaned_steps()


@handler(rerating_run.JOB)
def rerate(claim: Claim) -> None:
    """Rate many customers and propose what follows; stores in small transactions, so it may take a while."""
    rerating_run.work(claim)


@handler(tier_review.JOB)
def rerate_due(claim: Claim) -> None:
    """Stars in force are to be rated again from today on: start the re-rating of everybody due."""
    with claim.commit():
        rerating_due.start(claim.payload["unit"], claim.key)


@handler(replaying.JOB)
def replay(claim: Claim) -> None:
    """Replay a policy version on stored submissions; stores part by part, so it may take a while."""
    replaying.work(claim)
