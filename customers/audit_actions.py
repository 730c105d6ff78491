"""What can happen to a customer file and to the trade data."""

from audit.actions import register

register("customers.customer_created", "新建客户档案", "Customer file opened")
register("customers.customer_changed", "修改客户档案", "Customer file changed")
register("customers.customer_shared", "共享客户", "Customer shared with a colleague")
register("customers.customer_unshared", "取消共享客户", "Customer no longer shared")
register("customers.contact_saved", "保存联系人", "Contact saved")
register("customers.licence_saved", "保存证照", "Licence saved")
register("customers.legal_flag_opened", "登记司法或违约记录", "Legal record entered")
register("customers.legal_flag_closed", "关闭司法或违约记录", "Legal record closed")
register("customers.paper_added", "添加文件", "Paper added")
register("customers.paper_removed", "移除文件", "Paper removed")
register("feed.imported", "导入业务数据", "Trade data imported")
register("customers.tier_change_drafted", "新建星级变更草稿", "Tier change drafted")
register("customers.tier_change_discarded", "作废星级变更草稿", "Tier change draft discarded")
register("customers.tier_change_submitted", "星级变更已提交", "Tier change submitted")
register("customers.tier_change_reopened", "星级变更重新开放修改", "Tier change reopened")
register("customers.tier_granted", "批准星级", "Stars granted")
register("customers.tier_in_force", "星级生效", "Stars in force")
register("customers.tier_ended", "星级终止", "Stars ended")
