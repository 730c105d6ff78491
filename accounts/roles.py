"""The fourteen roles of the authority matrix (defaults 2(d)); a role gives authority, a Django flag gives none."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    REP = "REP", _("Sales representative")
    SM = "SM", _("Sales manager")
    RD = "RD", _("Regional director")
    CS = "CS", _("Customer service")
    CC = "CC", _("Credit controller")
    FM = "FM", _("Finance manager")
    CFO = "CFO", _("Chief financial officer")
    GM = "GM", _("General manager")
    CH = "CH", _("Chairman")
    LG = "LG", _("Legal counsel")
    QA = "QA", _("Quality assurance")
    PM = "PM", _("Pricing and market management")
    SO = "SO", _("Sales operations")
    AUD = "AUD", _("Finance auditor")


# Printed on paper in a language that need not be the reader's: zh and en beside each other.
LABELS: Final[dict[str, tuple[str, str]]] = {
    "REP": ("业务员", "Sales representative"),
    "SM": ("销售经理", "Sales manager"),
    "RD": ("大区总监", "Regional director"),
    "CS": ("客服", "Customer service"),
    "CC": ("信用经理", "Credit controller"),
    "FM": ("财务经理", "Finance manager"),
    "CFO": ("财务总监", "Chief financial officer"),
    "GM": ("总经理", "General manager"),
    "CH": ("董事长", "Chairman"),
    "LG": ("法务", "Legal counsel"),
    "QA": ("质量部", "Quality assurance"),
    "PM": ("价格与市场管理", "Pricing and market management"),
    "SO": ("销售运营", "Sales operations"),
    "AUD": ("财务审计", "Finance auditor"),
}

# Who reads everything, everywhere, and changes nothing by that (finance reviewers).
READS_EVERYTHING: Final = frozenset({Role.FM, Role.CFO, Role.AUD})
# Who reads what belongs to the region or unit of the assignment.
READS_SCOPE: Final = frozenset(
    {Role.SM, Role.RD, Role.CS, Role.CC, Role.GM, Role.CH, Role.LG, Role.QA, Role.PM, Role.SO}
)
# Nobody holds both of a pair: selling, controlling credit and auditing are separate duties
# (internal-control guideline 9 and 18; defaults 2(d), rule 2).
INCOMPATIBLE: Final = frozenset(
    frozenset(pair)
    for pair in [
        (Role.REP, Role.CC),
        (Role.REP, Role.FM),
        (Role.REP, Role.CFO),
        (Role.REP, Role.AUD),
        (Role.REP, Role.SO),
        (Role.SM, Role.CC),
        (Role.SM, Role.FM),
        (Role.SM, Role.CFO),
        (Role.SM, Role.AUD),
        (Role.RD, Role.CC),
        (Role.RD, Role.AUD),
        (Role.CC, Role.AUD),
        (Role.FM, Role.AUD),
        (Role.CFO, Role.AUD),
        (Role.GM, Role.AUD),
    ]
)
