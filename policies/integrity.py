"""Part of the check of the trail: every policy version is still the one that was put in force."""

from __future__ import annotations

from collections.abc import Iterator

from audit.models import Event
from audit.verify import Finding, register_cross_check
from policies.models import PolicyVersion
from policies.queries import content
from policies.rules.pack import content_digest


@register_cross_check
def versions_are_as_activated() -> Iterator[Finding]:
    """The tables hash to the stored digest, and the trail reports with that digest that they were put in force."""
    reported = {
        (event.object_id, event.content["policy"]["digest"])
        for event in Event.objects.filter(action__in=["policy.version_scheduled", "policy.version_activated"])
    }
    for version in PolicyVersion.objects.dated():
        number = version.number
        if content_digest(content(version)) != version.digest:
            yield Finding(
                "policy_digest",
                f"政策版本 {number} 的表格与其摘要不符。",
                f"The tables of policy version {number} do not match its digest.",
                "policy",
            )
        if (str(number), version.digest) not in reported:
            yield Finding(
                "policy_event",
                f"政策版本 {number} 的生效没有审计事件。",
                f"The trail does not report that policy version {number} was put in force.",
                "policy",
            )
