"""The words of a credit application: types, settlement, security, reasons, attachment kinds."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestType(models.TextChoices):
    NEW = "new", _("New limit")
    RENEWAL = "renewal", _("Renewal")
    INCREASE = "increase", _("Increase")
    DECREASE = "decrease", _("Decrease")
    TEMPORARY = "temporary", _("Temporary limit")
    TERM_CHANGE = "term_change", _("Change of payment term")
    PLACEMENT = "placement", _("Stock placement")
    FREEZE = "freeze", _("Freeze")
    UNFREEZE = "unfreeze", _("Unfreeze")
    CLOSE = "close", _("Close the line")


class Settlement(models.TextChoices):
    MONTHLY = "monthly", _("Monthly statement")
    INVOICE = "invoice", _("Days after invoice")
    DELIVERY = "delivery", _("Days after delivery")
    BILL = "bill", _("Bank acceptance bill")
    CASH = "cash", _("Cash")


class SecurityType(models.TextChoices):
    DEPOSIT = "deposit", _("Deposit")
    SURETY = "surety", _("Surety")
    MORTGAGE = "mortgage", _("Mortgage")
    PLEDGE = "pledge", _("Pledge")
    BANK_GUARANTEE = "bank_guarantee", _("Bank guarantee")
    CREDIT_INSURANCE = "credit_insurance", _("Credit insurance")


class ReasonCode(models.TextChoices):
    GROWTH = "growth", _("Growing sales")
    SEASON = "season", _("Peak season")
    PLACEMENT = "placement", _("Placement of new goods")
    COMPETITOR = "competitor", _("Competitor")
    CASH_CYCLE = "cash_cycle", _("Customer's cash cycle")
    PROJECT = "project", _("Project")


class AttachmentKind(models.TextChoices):
    """Papers of an application; the values are the document codes of the policy table DOCS."""

    LICENCES = "licences", _("Business and operating licences")
    AUTHORISATION = "authorisation", _("Authorisation letter of the signer")
    CONTRACT = "contract", _("Signed contract")
    STATEMENTS = "statements", _("Financial statements")
    THIRD_PARTY_REPORT = "third_party_report", _("Third-party credit report")
    REFERENCES = "references", _("Trade references")
    COURT_CHECK = "court_check", _("Court and enforcement check")
    SITE_PHOTOS = "site_photos", _("Site photographs")
    SITE_VISIT = "site_visit", _("Site visit report")
    SECURITY = "security", _("Security document")
    LEGAL_OPINION = "legal_opinion", _("Legal opinion on the security")
    OTHER = "other", _("Other")


class LineKind(models.TextChoices):
    TRADE = "trade", _("Trade credit")
    TEMPORARY = "temporary", _("Temporary credit")
    PLACEMENT = "placement", _("Stock placement")


class Basis(models.TextChoices):
    AMOUNT = "amount", _("Amount")
    UNLIMITED = "unlimited", _("Unlimited")


class EndReason(models.TextChoices):
    EXPIRED = "expired", _("Expired")
    SUPERSEDED = "superseded", _("Superseded")
    REVOKED = "revoked", _("Revoked")


class Measure(models.TextChoices):
    """What was done to a line in force at once, and may have to be ratified."""

    DECREASE = "decrease", _("Decreased")
    FREEZE = "freeze", _("Frozen")
    CLOSE = "close", _("Closed")


KIND_OF_REQUEST: Final = {
    RequestType.TEMPORARY.value: LineKind.TEMPORARY.value,
    RequestType.PLACEMENT.value: LineKind.PLACEMENT.value,
}


def line_kind(req_type: str) -> str:
    """Which line a request is about; everything but temporary and placement is about the trade limit."""
    return KIND_OF_REQUEST.get(req_type, LineKind.TRADE.value)
