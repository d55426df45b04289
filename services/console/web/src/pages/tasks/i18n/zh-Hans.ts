// SPDX-License-Identifier: Apache-2.0
export default {
  list: {
    title: '任务清单', what: '汇集各项服务中等待您办理的事项；天数、截止日和可办理的操作以各服务为准。', none: '没有等待您办理的事项。',
    noneHere: '此范围内没有事项。', views: '范围', kind: '类别', all: '全部', until: '截止日不晚于', subject: '事项', act: '待办理', due: '期限',
    agency: '相关部门', since: '开始时间', noDue: '无期限', warned: '即将到期', kinds: '按类别',
    failed: '以下类别未能读取，清单可能不全：', cut: '以下类别的事项超出一次读取的数量，未全部列出：', clocks: '法定期限未能读取，逾期标记可能不全。',
  },
  news: {
    title: '订阅消息', what: '您订阅的目录内容的发布、修订、暂停与撤销。保存 180 天，至多最近 1000 条。', unread: '未读', all: '全部', noneUnread: '没有未读消息。',
    none: '没有消息。', entry: '名称', kind: '变化', revision: '版本', provider: '{{w.provider}}', time: '通知时间', read: '已读', mark: '标为已读',
    markChosen: '所选 {{count}} 条标为已读', markAll: '全部标为已读',
  },
  change: {
    KIND_UNSPECIFIED: '未说明', FIRST_PUBLISHED: '首次发布', REVISED: '已修订', CLOSED: '已暂停', REOPENED: '已恢复', GONE: '已撤销',
  },
  subscriptions: {
    title: '我的订阅', text: '至多 {{most}} 项。退订后，已收到的消息保留。带筛选条件的检索可在目录检索页订阅。', none: '没有订阅。', what: '内容', search: '检索：',
    since: '开始时间', end: '退订', add: '新增订阅', by: '订阅方式', bySearch: '按检索词', byName: '按编号', entry: '{{w.resource}}编号', entryHint: 'resources/…',
    words: '检索词', wordsHint: '多个词须同时出现；有新的发布或修订符合时通知您。', send: '订阅',
  },
  favourites: {
    title: '收藏', what: '收藏只保存在本浏览器中，按人员分开，不上传到服务；换一台设备或清除浏览器数据后不再保留。共用的电脑上，他人可能看到编号与名称。至多 {{most}} 项。',
    none: '没有收藏。', name: '编号', nameHint: '如 requests/r7、resources/306001-000001，或页面地址', label: '备注名称', since: '收藏时间', keep: '收藏', drop: '取消收藏',
    add: '添加收藏', find: '查找', fault: { form: '不是对象的编号', full: '已达上限，或浏览器不允许保存' },
  },
  view: { ALL: '全部', DUE: '两个工作日内到期或已预警', OVERDUE: '已逾期' },
  kind: {
    request: '共享申请', resource: '目录条目', update: '目录更新', grant: '共享授权', disposal: '数据处置', serviceChange: '服务变更',
    returnRequest: '数据回流', correction: '校核申请', recall: '错误数据召回', dispute: '争议', demand: '数据需求', inquiry: '咨询',
    complaint: '投诉', finding: '监督线索', notice: '整改通知', incident: '安全事件', project: '信息化项目', node: '节点接入',
    roleProposal: '角色变更', control: '审计日志管控',
  },
  act: {
    UpdateRequest: '修改', SignOffRequest: '签批', SubmitRequest: '提交', ForwardRequest: '转办', ReturnRequest: '退回', AskSupplement: '要求补正',
    SupplementRequest: '补正', ConsentExtension: '同意延期', RefuseExtension: '不同意延期', DecideRequest: '作出决定', ConfirmDecision: '复核',
    SignOffDecision: '签批决定', ReportProvisioned: '报告已提供', ConfirmProvisioned: '确认已收到', SubmitResource: '修改后提交',
    ApproveResource: '审核同意', PublishResource: '审核发布', CompleteUpdate: '完成更新', ConsentUpdateExtension: '审批延期',
    AcceptTerms: '接受条件', RenewGrant: '审批续期', ReportDisposal: '报告处置', AcceptDisposal: '认可处置', RejectDisposal: '退回处置报告',
    AnswerServiceChange: '答复意见', FileServiceChange: '备案', ActivateReturnFlow: '开通回流', AcknowledgeCorrection: '受理',
    ResolveCorrection: '答复', ConfirmRecall: '确认处理', RespondDispute: '答辩', AcceptSettlement: '接受方案', RecordMediation: '记录协调结果',
    RecordDecision: '记录决定', RouteDemand: '转办', AcceptDemand: '受理', LinkResource: '关联目录', AnswerInquiry: '答复', CloseInquiry: '办结',
    AssignComplaint: '分派', CloseComplaint: '答复办结', JustifyFinding: '说明理由', ConfirmFinding: '确认', DismissFinding: '不予认定',
    AnswerNotice: '报告整改', AcceptRectification: '验收整改', AddMeasure: '采取措施', CloseIncident: '结案', PrecompileCatalog: '预编目录',
    IssueOpinion: '出具意见', HandInCatalog: '提交目录', AcceptProject: '验收', ApproveNode: '审批', AssignRole: '确认', ConfirmControl: '确认',
  },
};
