"""The procedure of a credit application."""

from viewflow import this
from viewflow.workflow import flow

from workflows import engine, nodes
from workflows.models import ApprovalProcess


class CreditFlow(flow.Flow):
    """Submit, approve by the plan, put the line in force, issue the notice; returned requests are revised."""

    process_class = ApprovalProcess
    lock_impl = nodes.ROW_LOCK

    submitted = flow.StartHandle(engine.begin).Next(this.route)
    route = nodes.Router(engine.moves).To(this.approve, this.revise, this.apply, this.rejected)
    approve = nodes.HumanStep().Next(this.route)
    revise = nodes.HumanStep().Next(this.route)
    apply = nodes.Perform(engine.take_effect).Next(this.issue)
    issue = nodes.Perform(engine.order_documents).Next(this.approved)
    approved = nodes.Finish()
    rejected = nodes.Perform(engine.order_documents).Next(this.closed)
    closed = nodes.Finish()
