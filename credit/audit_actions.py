"""The actions of this app in the trail."""

from audit.actions import register

register("credit.draft_created", "新建授信申请草稿", "Credit application drafted")
register("credit.draft_discarded", "作废授信申请草稿", "Credit application draft discarded")
register("credit.application_submitted", "授信申请已提交", "Credit application submitted")
register("credit.application_reopened", "授信申请重新开放修改", "Credit application reopened")
register("credit.attachment_added", "添加附件", "Attachment added")
register("credit.attachment_removed", "移除附件", "Attachment removed")
register("credit.form_filed", "归档信用表单", "Credit form filed")
register("credit.line_granted", "授予信用额度", "Credit line granted")
register("credit.line_activated", "信用额度生效", "Credit line in force")
register("credit.line_ended", "信用额度终止", "Credit line ended")
register("credit.line_frozen", "信用额度冻结", "Credit line frozen")
register("credit.line_unfrozen", "信用额度解冻", "Credit line unfrozen")
register("credit.line_closed", "信用额度关闭", "Credit line closed")
register("credit.line_restored", "信用额度恢复", "Credit line restored")
register("credit.condition_fulfilled", "附加条件已满足", "Condition fulfilled")
