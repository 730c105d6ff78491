"""The actions of this app in the trail."""

from audit.actions import register

register("pricing.special_price_drafted", "新建特价申请草稿", "Special price request drafted")
register("pricing.special_price_discarded", "作废特价申请草稿", "Special price draft discarded")
register("pricing.special_price_submitted", "特价申请已提交", "Special price request submitted")
register("pricing.special_price_reopened", "特价申请重新开放修改", "Special price request reopened")
register("pricing.prices_imported", "导入产品、价格或成本", "Products, prices or costs imported")
register("pricing.agreement_granted", "授予价格协议", "Price agreement granted")
register("pricing.agreement_ended", "价格协议终止", "Price agreement ended")
register("pricing.agreement_noticed", "价格协议提醒", "Notice about a price agreement")
register("pricing.notice_seen", "已查看价格协议提醒", "Notice about a price agreement seen")
register("pricing.quantity_ordered", "订单占用协议数量", "Order taken on an agreement")
register("pricing.quantity_delivered", "协议订单已交货", "Order on an agreement delivered")
register("pricing.quantity_invoiced", "协议订单已开票", "Order on an agreement invoiced")
register("pricing.quantity_returned", "退货，协议数量恢复", "Return opened an agreement's quantity again")
register("pricing.quantity_cancelled", "取消订单，协议数量恢复", "Cancellation opened an agreement's quantity again")
register("pricing.link_broken", "订单价格与协议不符", "Order at another price than agreed")
