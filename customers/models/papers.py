"""Papers of letters: what somebody attached to a request of any kind."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User


class PaperQuerySet(models.QuerySet["Paper"]):
    """Papers by their letter; who sees a letter is known by its kind (`customers.papers.sees`)."""

    def present(self) -> Self:
        """Not taken out again."""
        return self.filter(removed_at__isnull=True)


class Paper(models.Model):
    """A paper of a letter; the bytes are kept by their SHA-256, the row is never edited."""

    letter_kind = models.CharField(max_length=30)
    letter_id = models.BigIntegerField()
    kind = models.CharField(max_length=30)
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[PaperQuerySet] = PaperQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [models.Index(fields=["letter_kind", "letter_id", "id"], name="paper_of_letter")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="paper_removed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
