"""The policy in words, for everybody who works under it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import AUTHENTICATED, access
from accounts.queries import business_today
from policies import page, page_kinds, page_tiers, queries
from policies.models import DATED, PolicyVersion
from policies.views.drafts import agreed


@access(AUTHENTICATED)
def detail(request: HttpRequest, number: int | None = None) -> HttpResponse:
    today = business_today()
    shown = PolicyVersion.objects.dated()
    if number is not None:
        version = get_object_or_404(
            PolicyVersion.objects.exclude(state=PolicyVersion.State.DRAFT).select_related("restores"), number=number
        )
    else:
        try:
            version = queries.version_in_force(today)
        except queries.NoPolicyError:
            return render(request, "policies/none.html")
    pack = queries.pack(version)
    context = {
        "version": version,
        "is_in_force": PolicyVersion.objects.covering(today).filter(pk=version.pk).exists(),
        # A version that another one displaced before its day keeps a last day, and never was in force.
        "is_over": version.state in DATED and version.effective_to is not None and version.effective_to <= today,
        "agreed": agreed(request, version),
        "versions": shown.order_by("-number"),
        "kinds": page_kinds.kinds(pack),
        "stand_ins": page.stand_ins(pack),
        "knock_outs": page_kinds.rules(pack.tables["KO"]),
        "caps": page_kinds.rules(pack.tables["CAP"]),
        "tier_card": page_tiers.card(pack),
        "levers": page_tiers.levers(pack),
        "account_tests": page_tiers.account_tests(pack),
        "dispositions": page_tiers.dispositions(pack),
        "rebate_segments": page_tiers.rebate_segments(pack),
        "holders": page.holders(pack, today),
        "sections": page.sections(pack),
        "weights": page.weights(pack),
        "grades": page.grades(pack),
        "tiers": page.tier_policy(pack),
        "documents": page.documents(pack),
        "parameters": page.parameters(pack),
    }
    return render(request, "policies/detail.html", context)
