"""Money columns of credit."""

from django.db import models
from django.db.models import Q

LARGEST = 10**12


def bounded(field: str, table: str) -> models.CheckConstraint:
    """Money is absent or between 0 and 1e12; the upper bound also refuses NaN."""
    inside = Q(**{f"{field}__gte": 0, f"{field}__lte": LARGEST})
    return models.CheckConstraint(condition=Q(**{f"{field}__isnull": True}) | inside, name=f"{table}_{field}_bounded")
