"""The words of prices: reasons, waterfall elements, sources of evidence."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class PriceReason(models.TextChoices):
    """Reason codes of defaults 2(i), special price."""

    COMPETITOR = "competitor", _("Competitor's offer")
    VOLUME = "volume", _("Volume")
    LAUNCH = "launch", _("Launch of a new product")
    PROJECT = "project", _("Project or tender")
    CLEARANCE = "clearance", _("Clearance or near expiry")
    RETENTION = "retention", _("Keeping the customer")
    POLICY_CHANGE = "policy_change", _("Change of policy")


class Consideration(models.TextChoices):
    """Whether something besides the price was promised; an empty answer is no answer."""

    NONE = "none", _("Nothing else was promised")
    LIST = "list", _("Something else was promised, listed below")


class PromiseKind(models.TextChoices):
    """What may be promised off the invoice (approval.md 2.1)."""

    REBATE = "rebate", _("Year-end rebate")
    CASH_DISCOUNT = "cash_discount", _("Cash discount")
    FREIGHT = "freight", _("Freight paid by us")
    TERM_COST = "term_cost", _("Cost of the payment term")
    MARKETING = "marketing", _("Marketing contribution")
    CONSIGNMENT = "consignment", _("Consignment stock")


class Basis(models.TextChoices):
    """What a percentage is taken of."""

    LIST = "list", _("of the list price")
    NET = "net", _("of the net price")
    PREVIOUS = "previous", _("of the price after the previous element")


class Mode(models.TextChoices):
    """How a promise is measured."""

    PERCENT = "percent", _("per cent")
    TOTAL = "total", _("amount for the whole request")


class Obtained(models.TextChoices):
    """How a competitor's price came to be known; from the competitor himself it must not (approval.md 2.2)."""

    CUSTOMER_DOCUMENT = "customer_document", _("Document of the customer")
    EMAIL = "email", _("E-mail of the customer")
    VERBAL = "verbal", _("Told by the customer")
    PUBLIC = "public", _("Published price or tender result")
    COMPETITOR = "competitor", _("Obtained from the competitor")


FORBIDDEN_SOURCE: Final = Obtained.COMPETITOR.value
EVIDENCE_DAYS: Final = 60  # evidence ages out
