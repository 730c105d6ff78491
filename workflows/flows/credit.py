"""The procedure of a credit application.

submitted → route ⟲ approve           everybody whom the plan names, stage by stage
              ├─→ revise   → route    returned: the rep changes it and sends it again
              ├─→ apply    → route    agreed: the line is in force; a freeze is ratified afterwards
              ├─→ undo     → finish   not ratified: the line is as it was
              ├─→ finish   → done     nothing is left to ask: notice and approval sheet
              └─→ rejected → done     the notice says why
"""

from viewflow import this

from workflows import engine, nodes, shapes


class CreditFlow(shapes.ApprovalFlow):
    """Submit, approve by the plan, put the line in force, issue the notice; returned requests are revised."""

    submitted, route, approve, revise = shapes.asked("apply", "undo")
    apply = nodes.Perform(engine.take_effect).Next(this.route)
    undo = nodes.Perform(engine.undo).Next(this.finish)
    finish, rejected, done = shapes.ended()
