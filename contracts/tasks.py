"""The job that issues a document."""

from audit.clock import db_now
from contracts import production, services
from contracts.models import Contract, Document, Kind, State
from contracts.pipeline.check import CheckError
from contracts.pipeline.produce import ProductionError
from contracts.services import contracts, signing
from jobs.claims import Claim
from jobs.registry import MAX_ATTEMPTS, handler
from jobs.storage import StorageError
from policies.rules.calendar import business_date

LATEST_ZONE = "Pacific/Kiritimati"  # where a new day begins first


@handler(services.JOB)
def issue(claim: Claim) -> None:
    """Make and store the document, and only then let it count: a lost worker leaves nothing half done."""
    document = Document.objects.select_related("unit", "customer__unit").get(pk=claim.payload["document"])
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
        if document.kind == Kind.CONTRACT:
            document.refresh_from_db()
            signing.register_house_seal(document)


@handler(contracts.BEGIN_JOB)
def begin(claim: Claim) -> None:
    """The first day of a signed contract has begun."""
    contract = Contract.objects.select_related("customer__unit").get(pk=claim.payload["contract"])
    with claim.commit():
        contracts.begin(contract, db_now())


@handler("contracts.ends", every_seconds=3600)
def ends(claim: Claim) -> None:
    """Contracts whose last day is over, in the calendar of their company, are not in force any more."""
    now = db_now()
    running = Contract.objects.ending(business_date(now, LATEST_ZONE)).select_related("customer__unit")
    over = [each for each in running if each.valid_to < business_date(now, each.customer.unit.time_zone)]
    with claim.commit():
        for contract in over:
            contracts.expire(contract, now)
