"""The procedure of a special price request.

submitted → route ⟲ approve          everybody whom the plan names, stage by stage; at SP-0 nobody
              ├─→ revise → route      returned: the rep changes it and sends it again
              ├─→ apply  → route      agreed: the prices are granted as an agreement
              ├─→ finish              nothing is left to ask: notice with the waterfall, approval sheet
              └─→ rejected            the notice says why
"""

from viewflow import this

from workflows import engine, nodes, shapes


class SpecialPriceFlow(shapes.ApprovalFlow):
    """Submit, approve by the plan, grant the prices, issue the notice; returned requests are revised."""

    submitted, route, approve, revise = shapes.asked("apply")
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    finish, rejected, done = shapes.ended()
