"""The actions of this app in the trail."""

from audit.actions import register

register("document.ordered", "文件已排队生成", "Document ordered")
register("document.issued", "文件已签发", "Document issued")
register("document.failed", "文件生成失败", "Document failed")
register("document.retried", "重新生成文件", "Document retried")
register("document.voided", "文件已作废", "Document voided")
