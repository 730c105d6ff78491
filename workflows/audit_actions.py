"""The actions of this app in the trail."""

from audit.actions import register

register("request.submitted", "提交申请", "Request submitted")
register("request.resubmitted", "重新提交", "Request resubmitted")
register("request.decided", "作出审批决定", "Step decided")
register("request.shared", "共享申请", "Request shared")
register("request.withdrawn", "撤回申请", "Request withdrawn")
register("request.return_ended_waiting", "退回等待期满", "Waiting for the other parties of a return ended")
register("request.step_moved", "节点转交其他审批人", "Step moved to other people")
register("request.steps_added", "增加审批节点", "Steps added")
register("request.step_lapsed", "节点期满未答复", "Step lapsed without an answer")
register("request.signed", "各方签署完成", "Signed by everybody")
register("request.voided", "作废", "Request made void")
register("rerating.started", "启动批量复评", "Re-rating started")
register("rerating.continued", "继续批量复评", "Re-rating taken up again")
register("rerating.finished", "批量复评完成", "Re-rating finished")
register("notice.preference_changed", "修改通知方式", "Way of being notified changed")
register("notice.failed", "通知未送达", "Notification not delivered")
register("notice.resent", "重新发送通知", "Notification sent again")
