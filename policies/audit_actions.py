"""What can happen to the policy."""

from audit.actions import register

register("policy.draft_started", "起草政策版本", "Policy version drafted")
register("policy.draft_changed", "修改政策草稿", "Policy draft changed")
register("policy.version_checked", "政策版本通过检查", "Policy version checked")
register("policy.version_reopened", "政策版本退回草稿", "Policy version back to the draft")
register("policy.version_in_review", "政策版本提交审批", "Policy version sent for approval")
register("policy.version_scheduled", "政策版本定于某日生效", "Policy version scheduled")
register("policy.version_activated", "政策版本生效", "Policy version put in force")
register("policy.version_retired", "政策版本失效", "Policy version no longer in force")
register("policy.version_superseded", "政策版本未生效即被取代", "Policy version superseded before its day")
register("policy.change_drafted", "起草政策变更申请", "Policy change drafted")
register("policy.change_written", "修改政策变更申请", "Policy change written on")
register("policy.change_discarded", "放弃政策变更申请", "Policy change discarded")
register("policy.replay_started", "政策回放开始", "Policy replay started")
register("policy.replay_continued", "政策回放继续", "Policy replay taken up again")
register("policy.replay_finished", "政策回放完成", "Policy replay finished")
register("policy.replay_failed", "政策回放失败", "Policy replay failed")
