"""Which versions of the policy requests under way were sent under."""

from policies.services.shipped import pinned_by
from workflows.models import Request, Submission


@pinned_by
def under_way(number: int) -> bool:
    """Whether a request that has not ended is under the version with this number."""
    open_now = Request.objects.open()
    return Submission.objects.filter(policy_number=number, request__in=open_now).exists()
