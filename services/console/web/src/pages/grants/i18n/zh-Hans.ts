// SPDX-License-Identifier: Apache-2.0
export default {
  list: {
    title: '共享授权', side: '本部门身份', all: '全部', consumer: '作为{{w.consumer}}', provider: '作为{{w.provider}}',
    state: '状态', soon: '仅看 30 天内到期', none: '没有符合条件的共享授权。', name: '授权编号',
  },
  field: {
    resource: '{{w.resource}}', consumer: '{{w.consumer}}', provider: '{{w.provider}}', state: '状态',
    items: '允许的{{w.item}}', masked: '脱敏的{{w.item}}', rows: '数据范围', purposes: '用途', methods: '共享方式',
    start: '生效时间', end: '最后一天', caseRequired: '办件编号', rule: '依据', created: '授予时间', why: '未生效的原因',
    notice: '整改通知', dayCalls: '每日调用次数', dayRows: '每日行数', dayBytes: '每日数据量', third: '可转提供的部门',
    request: '共享申请', dispute: '争议', consent: '预先同意', returnRequest: '回流申请', askedEnd: '申请续期至',
    askedReason: '续期理由', terms: '待接受的条件', revision: '{{w.resource}}版本', evidence: '签名决定',
  },
  scope: '授权范围', quota: '配额', origin: '来源与依据', allRows: '全部数据', unlimited: '不限', required: '每次调用须填写',
  notRequired: '不要求', signed: '已附签名决定', unsigned: '无单独的签名决定',
  filter: { EQUALS: '{{item}} 等于“{{value}}”', PREFIX: '{{item}} 以“{{value}}”开头' },
  expression: '并且满足：{{text}}',
  callers: '使用部门经登记的系统，经本部门节点，在上述范围内可以调用。',
  state: {
    ACTIVE: '生效', SUSPENDED: '已暂停', REVOKED: '已收回', EXPIRED: '已到期', ENDED: '已终止使用',
    DISPOSAL_DUE: '待处置', DISPOSED: '已处置', PENDING_TERMS: '待接受条件',
  },
  purpose: {
    ADMINISTRATIVE_BASIS: '行政依据', WORK_REFERENCE: '工作参考', DATA_VERIFICATION: '数据校核',
    BUSINESS_COLLABORATION: '业务协同', OTHER: '其他',
  },
  method: { QUERY: '联机查询', VERIFY: '核验', DOWNLOAD: '部门批量下载', CALL: '系统对接', SUBSCRIBE: '前置机共享' },
  act: {
    accept: '接受条件', acceptText: '接受后授权立即生效。', askRenewal: '申请续期', renew: '同意续期至 {{day}}', renewText: '除期限外其他内容不变。',
    decline: '不同意续期', suspend: '暂停', suspendText: '各节点收到后立即停止提供。', resume: '恢复', revoke: '收回',
    revokeText: '收回不可撤销，使用部门须处置已取得的数据。', end: '终止使用', endText: '终止后开始计算处置期限。',
    ground: '理由类别', choose: '请选择', reason: '理由', document: '依据文件', endDate: '新的最后一天',
    documentHint: '按理由类别填写：整改通知、已备案的服务变更、法规条文、争议或终止文件。',
  },
  suspendGround: { MISUSE: '超出范围或用途使用', SECURITY_INCIDENT: '安全事件', DATA_FAULT: '数据有误' },
  revokeGround: {
    RECTIFICATION_FAILED: '整改未完成', SERVICE_CHANGE: '服务变更', BASIS_CHANGED: '依据变化',
    DISPUTE_DECISION: '争议决定', CONSUMER_ENDED: '使用部门已撤销',
  },
  endGround: { ACHIEVED: '目的已实现', IMPOSSIBLE: '目的无法实现', NO_LONGER_NEEDED: '不再必要' },
  reached: {
    title: '收回的效果', confirmed: '已确认的节点', none: '尚无节点确认',
    dead: '此时起，未确认的节点也不能再提供', kept: '此结果只在收回时返回，离开本页后不再显示。',
  },
  disposal: {
    title: '处置', state: '状态', due: '期限', method: '处置方式', date: '处置日期', person: '负责人', digest: '清单摘要（SHA-256）',
    digestHint: '64 位十六进制；清单由使用部门保存。', digestWrong: '应为 64 位十六进制。', note: '说明', noteHint: '存档时须写明要求保存的依据。',
    reported: '报告时间', decider: '审核人', rejection: '退回理由', report: '报告处置', accept: '确认处置', acceptText: '确认后授权的全部义务结束。',
    reject: '退回处置报告', article: '条款',
  },
  disposalState: {
    OWED: '待报告', REPORTED: '待确认', DISPOSAL_ACCEPTED: '已确认', DISPOSAL_REJECTED: '已退回', OVERDUE: '已逾期',
  },
  disposalMethod: {
    ERASED: '已清除', MEDIA_DESTROYED: '介质已销毁', RETURNED: '已退还', ARCHIVED: '依法存档', NOTHING_HELD: '未取得数据',
  },
  changes: { title: '服务变更', name: '编号', kind: '类别', state: '状态', effect: '生效日', due: '征求意见截止', none: '没有服务变更。', reason: '内容与理由' },
  changeKind: { CHANGE: '变更', END: '终止' },
  changeState: { CONSULTING: '征求意见', FILED: '已备案', IN_EFFECT: '已生效', CHANGE_WITHDRAWN: '已撤回' },
  offline: {
    title: '线下交付', label: '介质编号', medium: '介质', count: '记录数', date: '日期', giver: '交付人', receiver: '接收人', none: '没有线下交付。',
  },
  medium: { OPTICAL_DISC: '光盘', PORTABLE_DRIVE: '移动存储', TAPE: '磁带', PAPER: '纸质' },
};
