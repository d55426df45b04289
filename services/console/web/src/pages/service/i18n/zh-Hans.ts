// SPDX-License-Identifier: Apache-2.0
export default {
  all: '全部', act: '办理', check: '检查', checked: '检查通过，尚未记录。', record: '记录',
  field: {
    grant: '授权', time: '时间', reason: '理由', state: '状态', kind: '类型', resource: '{{w.resource}}', provider: '{{w.provider}}', consumer: '{{w.consumer}}',
    profile: '适用规则集', article: '依据条款',
  },
  uses: {
    title: '使用记录', new: '记录使用情况', own: '本部门的使用记录', none: '没有使用记录。', grantHint: '不填为全部；例如 grants/g1。', text: '使用记录不能更改或删除。',
    period: '期间', from: '开始日期', to: '结束日期', scenario: '场景', process: '过程', effect: '成效', storage: '存储', destruction: '销毁', keep: '保存至', inspections: '查阅情况', noInspections: '没有人查阅过。',
    by: '查阅部门', count: '记录数', inspect: '查阅使用记录', inspectText: '查阅会留痕，并告知使用部门查阅人和理由。', inspectGrant: '要查阅的授权', inspected: '查阅到的使用记录',
  },
  changes: {
    title: '服务变更', new: '提出服务变更', name: '编号', none: '没有服务变更。', due: '征求意见截止', effect: '生效日期', effectHint: '须在征求意见截止之后。', reason: '变更内容与理由',
    text: '变更或终止服务前，须征求全部使用部门意见并报主管部门备案。', propose: '提出并征求意见', proposeText: '签署后即向有有效授权的使用部门征求意见。', receipt: '备案回执号', reply: '对异议的答复',
    replyHint: '有异议的必须答复。', answers: '使用部门意见', nobody: '没有需要征求意见的部门。', answer: '意见', open: '未答复', agrees: '同意', objects: '有异议', comment: '说明', person: '答复人',
    iObject: '有异议', agree: '同意变更', object: '提出异议', file: '登记备案', withdraw: '撤回变更', withdrawText: '撤回后服务照旧。',
  },
  state: { CONSULTING: '征求意见中', FILED: '已备案', IN_EFFECT: '已生效', CHANGE_WITHDRAWN: '已撤回' },
  kind: { CHANGE: '变更', END: '终止' },
  deliveries: {
    title: '离线交付', new: '登记离线交付', none: '没有离线交付。', date: '交付日期', medium: '介质', label: '介质编号', records: '记录数', giver: '交付人', receiver: '接收人',
    personHint: '目录中的人员，例如 people/wang。', digest: 'SHA-256 摘要', digestHint: '介质上全部内容的摘要，64 个十六进制字符。', digestBad: '须为 64 个十六进制字符。',
  },
  medium: { OPTICAL_DISC: '光盘', PORTABLE_DRIVE: '移动存储', TAPE: '磁带', PAPER: '纸质' },
};
