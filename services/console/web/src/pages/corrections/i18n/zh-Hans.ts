// SPDX-License-Identifier: Apache-2.0
export default {
  list: { title: '校核申请', name: '编号', none: '没有校核申请。', open: '提出校核', state: '状态', all: '全部' },
  field: {
    resource: '{{w.resource}}', consumer: '{{w.consumer}}', provider: '{{w.provider}}', state: '状态', due: '答复期限', item: '{{w.item}}',
    exchange: '数据交换编号', place: '记录在结果中的位置（从 0 起）', description: '问题说明', proposed: '建议值', evidence: '理由', proceed: '业务可先行办理',
    opener: '提出人', answerer: '答复人', answer: '答复', proof: '数据无误的证明', source: '数源部门', created: '提出时间', ended: '办结时间',
    recalled: '召回时间', recallReason: '召回说明', told: '已通知部门数', confirmed: '已确认部门数', nodes: '已答复的节点', dispute: '争议',
    whole: '整个{{w.resource}}', descriptionHint: '将写入存证，请勿填写个人姓名、号码或具体值。', proposedHint: '不写入存证，办结后删除。',
  },
  yes: '是', no: '否', overview: '校核内容', acknowledge: '受理', withdraw: '撤回', outcome: '答复类型', resolve: '答复',
  reject: '不予校核', rejectText: '申请部门可以就此提出争议。', recall: '召回错误数据', recallText: '通知所有收到过错误数据的部门。',
  everyone: '同时通知所有持有或持有过授权的部门', send: '提交',
  state: {
    OPENED: '待受理', ACKNOWLEDGED: '办理中', CORRECTED: '已更正', CONFIRMED: '确认无误', NOT_OURS: '非本部门数据',
    REJECTED: '不予校核', WITHDRAWN: '已撤回',
  },
  recalls: { title: '召回通知', who: '收到的部门', basis: '通知原因', state: '处理情况', told: '通知时间', done: '确认时间', note: '说明', none: '没有召回通知。', confirm: '确认处理' },
  basis: { DELIVERED: '已交付此记录', DELIVERED_IN_BULK: '批量交付', GRANTED: '持有授权' },
  recallState: { TOLD: '待确认', DISPOSED: '已销毁', REPLACED: '已替换', NOT_HELD: '已不再保存' },
};
