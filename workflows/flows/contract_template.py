"""The procedure of a new version of a contract template.

submitted → route ⟲ approve          CT-T1: LG, FM, RD and QA together, then GM; CT-T2: LG alone
              ├─→ revise → route      returned: the drafter uploads another file and sends it again
              ├─→ apply  → route      agreed: published, the version before it ends on that day
              ├─→ finish              nothing is left to ask: notice and approval sheet
              └─→ rejected            the notice says why
"""

from viewflow import this

from workflows import engine, nodes, shapes


class ContractTemplateFlow(shapes.ApprovalFlow):
    """Submit, approve by the plan, publish, issue the notice; returned requests are revised."""

    submitted, route, approve, revise = shapes.asked("apply")
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    finish, rejected, done = shapes.ended()
