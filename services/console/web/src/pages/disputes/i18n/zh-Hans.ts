// SPDX-License-Identifier: Apache-2.0
export default {
  area: '争议', list: { title: '争议', name: '编号', none: '没有争议。' },
  field: {
    subject: '争议对象', matter: '争议事项', consumer: '{{w.consumer}}', provider: '{{w.provider}}', claim: '主张', stage: '阶段', due: '本阶段期限',
    coordinator: '协调机关', decider: '决定机关', outcome: '结果', ruling: '理由与决定', grant: '共享授权', cuts: '争议的删减', terms: '和解方案',
    proposer: '提出方', agreed: '已同意的部门',
  },
  path: '协商 → 协调 → 决定', steps: '经过', pack: '下载证据包', statement: '答辩', respond: '提交答辩',
  accept: '同意和解方案', deadlock: '声明协商不成', escalate: '进入下一阶段', withdraw: '撤回争议',
  stage: { NEGOTIATION: '协商', COORDINATION: '协调', DECISION: '决定', CLOSED: '已终结' },
  outcome: { GRANT: '予以共享', RECLASSIFY: '重新分类', SUPPLY: '履行提供义务', UPHELD: '维持', WITHDRAWN: '已撤回' },
  matter: {
    REFUSAL: '拒绝申请', CUTS: '删减范围', CLASSIFICATION: '不予共享', LATE_SUPPLY: '逾期提供', CORRECTION: '不予校核',
    SERVICE_CHANGE: '服务变更', RETURN_FLOW: '数据回流',
  },
};
