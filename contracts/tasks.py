"""The job that issues a document."""

from contracts import production, services
from contracts.models import Document, State
from contracts.pipeline.check import CheckError
from contracts.pipeline.produce import ProductionError
from jobs.claims import Claim
from jobs.registry import MAX_ATTEMPTS, handler
from jobs.storage import StorageError


@handler(services.JOB)
def issue(claim: Claim) -> None:
    """Make and store the document, and only then let it count: a lost worker leaves nothing half done."""
    document = Document.objects.select_related("customer__unit").get(pk=claim.payload["document"])
    if document.state != State.QUEUED:
        return
    try:
        sealed = production.issue(document)
    except (ProductionError, CheckError, StorageError) as error:
        retryable = isinstance(error, ProductionError) and error.retryable
        if retryable and claim.attempt < MAX_ATTEMPTS:
            raise
        with claim.commit():
            services.mark_failed(document, str(error))
        return
    with claim.commit():
        services.mark_issued(document, sealed)
