"""Actions of the trail itself, of logging in and out, and of refusals."""

from audit.actions import register

register("auth.logged_in", "登录", "Logged in")
register("auth.logged_out", "退出登录", "Logged out")
register("auth.login_failed", "登录失败", "Login failed")
register("auth.locked_out", "登录被锁定", "Login locked after too many attempts")
register("authz.denied", "操作无权限，已拒绝", "Refused: not permitted")
register("rule.refused", "违反规则，已拒绝", "Refused by a rule")
register("audit.exported", "导出审计记录", "Audit trail exported")
register("audit.pii_erased", "删除个人信息", "Personal data erased")
register("job.died", "后台任务失败，已停止重试", "Background job gave up")
register("accounts.user_created", "开立账号", "Account opened")
register("accounts.user_changed", "修改账号", "Account changed")
register("accounts.user_deactivated", "停用账号", "Account closed")
register("accounts.user_activated", "恢复账号", "Account reopened")
register("accounts.password_changed", "修改密码", "Password changed")
register("accounts.role_assigned", "授予角色", "Role given")
register("accounts.structure_changed", "修改公司或区域", "Company or region changed")
register("accounts.role_ended", "终止角色", "Role ended")
register("accounts.token_issued", "签发接口令牌", "API token issued")
