"""The actions of this app in the trail."""

from audit.actions import register

register("pricing.draft_created", "新建特价申请草稿", "Special price request drafted")
register("pricing.draft_discarded", "作废特价申请草稿", "Special price draft discarded")
register("pricing.special_price_submitted", "特价申请已提交", "Special price request submitted")
register("pricing.special_price_reopened", "特价申请重新开放修改", "Special price request reopened")
register("pricing.prices_imported", "导入产品、价格或成本", "Products, prices or costs imported")
