// SPDX-License-Identifier: Apache-2.0
export default {
  all: '全部', never: '从未',
  list: { title: '账号', find: '查找人员或部门', state: '状态', person: '人员', agency: '部门', lastSignIn: '上次登录' },
  state: { INVITED: '待启用', ACTIVE: '可登录', SUSPENDED: '已暂停', CANCELLED: '已注销' },
  why: { STALE: '长期未登录', CONTRACT_OVER: '合同到期' },
  code: {
    told: '{{person}} 的一次性代码，只显示这一次：', repeated: '这次请求已办理过，代码不再显示；需要时请重置。',
    how: '请当面或另行可靠地交给本人，72 小时内有效。',
  },
  create: { title: '开设账号', person: '人员标识', personHint: '须已在目录登记，例如 people/wang', sign: '签名并开设' },
  contractor: { title: '外包人员', employer: '单位', contract: '合同', endDate: '合同最后一日', hint: '三项都空：不是外包人员；账号随合同到期而止' },
  account: { createdBy: '开设人', created: '开设时间', password: '密码设置时间', noPassword: '未设置' },
  act: {
    suspend: '暂停账号', suspendEffect: '立即结束其全部会话，恢复前不能登录。', resume: '恢复账号', resumeEffect: '恢复后可以登录。',
    reset: '重置', resetEffect: '密码、动态口令和会话立即作废，并给出新的一次性代码。', adjust: '调整合同', cancel: '注销账号',
    cancelEffect: '永久注销，不能恢复；一个人只能有一个账号。',
  },
  propose: {
    title: '提议角色', what: '由安全管理员确认后生效；提议人不能自己确认。', grant: '授予', withdraw: '收回', reason: '理由', send: '提议',
    done: '已提议，等待安全管理员确认。',
  },
  proposals: {
    title: '角色提议', waiting: '只看待确认的', by: '提议人', decide: '确认', own: '须由另一人确认', assign: '确认', decline: '不同意',
    assignEffect: '您签署该人员的目录登记；提议与登记使用同一签名。', displayName: '该人员在目录中的姓名',
    displayNameHint: '须与目录一致，否则不予确认', sign: '去签署',
  },
  proposal: { PROPOSED: '待确认', ASSIGNED: '已确认', DECLINED: '不同意', notInEffect: '已确认，目录尚未生效' },
  sessions: {
    title: '会话', none: '没有会话。', begin: '登录', seen: '最近使用', latest: '最迟结束', factor: '第二因素', network: '网络', act: '操作',
    this: '当前会话', end: '结束',
  },
  factor: { TOTP: '动态口令', WEBAUTHN: '认证器', CERTIFICATE: '证书' },
  file: { title: '权限档案', now: '现有角色', byRule: '按规则', grant: '授予：', withdraw: '收回：', more: '更多' },
  kind: {
    ACCOUNT_CREATED: '开设账号', ACCOUNT_ADJUSTED: '调整合同', ACCOUNT_SUSPENDED: '暂停账号', ACCOUNT_RESUMED: '恢复账号',
    ACCOUNT_CANCELLED: '注销账号', PASSWORD_RESET: '重置', PASSWORD_SET: '设置密码', ROLE_PROPOSED: '提议角色',
    ROLE_ASSIGNED: '确认角色', ROLE_DECLINED: '不同意角色', ROLES_CHANGED: '目录中的角色已变',
  },
  settings: {
    title: '我的设置', factorUntil: '第二因素有效至', password: '密码在登录时更换（到期 90 天）；遗失密码或第二因素，请账号管理员重置。',
  },
  key: {
    makeText: '在此电脑上插入或使用您的认证器生成密钥；登记后即可作第二因素并签署。', make: '用认证器生成密钥', declined: '没有生成：已取消，或浏览器不支持。',
    made: '请将下列公钥与摘要当面交安全管理员，由其登记为您的 WEBAUTHN 公钥后生效。', digest: 'SHA-256 摘要',
    title: '签署用公钥', label: '认证器的公钥', hint: '由安全管理员登记在目录中；公开，只保存在本浏览器', bad: '这不是 P-256 公钥。', keep: '保存',
    kept: '已保存在本浏览器。',
  },
  subscriptions: { title: '订阅', none: '没有订阅。', what: '内容', search: '检索：', since: '开始', end: '退订' },
};
