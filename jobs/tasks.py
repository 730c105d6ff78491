"""What Celery calls, and the jobs of the trail itself (audit is below jobs and cannot know them)."""

from celery import shared_task

from audit import verify
from jobs import dispatcher, doorbell, executor
from jobs.claims import Claim
from jobs.registry import GiveUpError, handler


@shared_task(name="jobs.tasks.run", ignore_result=True)  # type: ignore[untyped-decorator]
def run(job_id: int) -> None:
    """Do one job; a second message with the same id finds nothing to do."""
    executor.run(job_id)


@shared_task(name="jobs.tasks.dispatch", ignore_result=True)  # type: ignore[untyped-decorator]
def dispatch() -> None:
    """Find jobs that nobody was told about; beat calls this every second."""
    dispatcher.enqueue_periodic()
    dispatcher.dispatch_due(doorbell.publish)


@handler("audit.verify", every_seconds=3600)
def verify_trail(claim: Claim) -> None:
    """Check the whole trail every hour and keep the result for finance's page."""
    run = verify.check_and_keep()
    if run.errors:
        raise GiveUpError(f"the audit trail has {run.errors} findings")
