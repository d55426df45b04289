// SPDX-License-Identifier: Apache-2.0
export default {
  list: { title: '审批收件箱', views: '范围', none: '此范围内没有共享申请。', more: '{{count}} 以上', name: '申请' },
  view: { MINE: '待我办理', DUE: '两个工作日内到期', OVERDUE: '已逾期', WAITING: '等待他方' },
  field: {
    resource: '{{w.resource}}', consumer: '{{w.consumer}}', state: '状态', due: '办理期限', basis: '履职依据', scenario: '使用场景',
    profile: '适用规则集', article: '依据条款', request: '申请全文', reason: '理由',
  },
  state: {
    DRAFT: '草稿', SIGNED_OFF: '申请方已签批', IN_REVIEW: '审核中', DECIDED: '待负责人签批', APPROVED: '已同意', REFUSED: '不予同意',
    WITHDRAWN: '已撤回', AUTHORITY_CHECK: '主管部门核查中', NEEDS_SUPPLEMENT: '待补正',
  },
  why: '为何办理', scope: '范围比对', asked: '申请', catalogue: '目录', before: '此前已授权', proposed: '拟同意', yes: '有', masked: '有（脱敏）',
  item: '{{w.item}}', keep: '同意提供 {{item}}', cutReason: '不提供 {{item}} 的理由', none: '无', noBefore: '此前没有对该部门的有效授权，或读取不到。',
  catalogueAway: '目录暂时读取不到，请勿据此判断“目录”一列。', closed: '您现在无须办理此申请。',
  part: {
    rows: '数据范围', purposes: '用途', methods: '共享方式', period: '期限', calls: '每日调用次数', lines: '每日行数', bytes: '每日数据量（字节）',
  },
  filter: { EQUALS: '{{item}} 等于“{{value}}”', PREFIX: '{{item}} 以“{{value}}”开头' }, allRows: '全部数据', unlimited: '不限',
  purpose: {
    ADMINISTRATIVE_BASIS: '行政依据', WORK_REFERENCE: '工作参考', DATA_VERIFICATION: '数据校核',
    BUSINESS_COLLABORATION: '业务协同', OTHER: '其他',
  },
  method: { QUERY: '联机查询', VERIFY: '核验', DOWNLOAD: '部门批量下载', CALL: '系统对接', SUBSCRIBE: '前置机共享' },
  act: {
    title: '办理', approve: '同意', approveText: '按申请的范围同意，送负责人签批。', reduce: '缩小范围同意',
    reduceText: '仅提供保留的{{w.item}}，每项删减的理由一并告知申请方。', kept: '提供：{{items}}', refuse: '不予同意',
    refuseText: '不予同意须说明未满足的条件或法律依据，否则将标记供监督。', caseRequired: '每次调用须填写办件编号',
    ground: '理由类别', condition: '未满足的使用条件', citation: '法律依据', choose: '请选择', templates: '理由模板',
    signOff: '签批决定', signOffText: '签批后决定生效，办理期限停止计算。', confirm: '复核确认', confirmText: '按现有决定确认，送负责人签批。',
    forward: '转{{w.provider}}', giveBack: '退回申请方', supplement: '要求补正', supplementText: '缺少的材料须一次列全，不得再次要求补正。',
    subject: '第 {{number}} 项：事项', missing: '第 {{number}} 项：缺少什么', add: '增加一项', remove: '删除第 {{number}} 项',
    extend: '申请延期', extendText: '未经主管部门同意，期限不变。', days: '延长的工作日', document: '同意延期的文号', consent: '同意延期', refuseExtension: '不同意延期',
  },
  template: { condition: '未满足使用条件', conditionText: '申请不满足目录公布的使用条件。', bar: '法律限制', barText: '法律、法规对提供该数据有明确限制。' },
  ground: { CONDITION: '未满足公布的使用条件', LEGAL_BAR: '法律、法规不允许', OTHER: '其他' },
  verdict: { APPROVE: '同意', APPROVE_REDUCED: '缩小范围同意', REFUSE: '不予同意' },
  decision: { title: '已作出的决定', verdict: '结论', cut: '删减 {{subject}}' },
  batch: {
    title: '批量办理', chosen: '已选 {{count}} 件', preview: '预览同意', result: '预览结果', would: '可以同意', wouldNot: '不能同意', sign: '批量同意',
    text: '对可以同意的 {{count}} 件一次签署，每件各留证据；其余不变。', most: '一次至多 100 件。', done: '已同意 {{count}} 件。',
  },
};
