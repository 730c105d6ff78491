"""The policy in words, for everybody who works under it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import AUTHENTICATED, access
from accounts.queries import business_today
from policies import page, queries
from policies.models import PolicyVersion


@access(AUTHENTICATED)
def detail(request: HttpRequest, number: int | None = None) -> HttpResponse:
    today = business_today()
    shown = PolicyVersion.objects.exclude(state=PolicyVersion.State.DRAFT)
    if number is not None:
        version = get_object_or_404(shown, number=number)
    else:
        try:
            version = queries.version_in_force(today)
        except queries.NoPolicyError:
            return render(request, "policies/none.html")
    pack = queries.pack(version)
    context = {
        "version": version,
        "is_in_force": version.effective_from <= today
        and (version.effective_to is None or version.effective_to > today),
        "versions": shown.order_by("-number"),
        "limit_rows": page.matrix(pack, "CL"),
        "term_rows": page.matrix(pack, "TE"),
        "join_rows": page.matrix(pack, "JOIN"),
        "stand_ins": page.stand_ins(pack),
        "escalators": page.rules(pack.tables["ES"]),
        "escalator_cap": pack.tables["ES"].cap,
        "blocks": page.rules(pack.tables["BL"]),
        "knock_outs": page.rules(pack.tables["KO"]),
        "caps": page.rules(pack.tables["CAP"]),
        "authority": page.authority(pack),
        "holders": page.holders(pack, today),
        "sections": page.sections(pack),
        "weights": page.weights(pack),
        "grades": page.grades(pack),
        "tiers": page.tier_policy(pack),
        "documents": page.documents(pack),
        "parameters": page.parameters(pack),
    }
    return render(request, "policies/detail.html", context)
