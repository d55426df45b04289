// SPDX-License-Identifier: Apache-2.0
export default {
  list: { title: '争议', name: '编号', none: '没有争议。' },
  field: {
    subject: '争议对象', matter: '争议事项', consumer: '{{w.consumer}}', provider: '{{w.provider}}', claim: '主张', stage: '阶段', due: '本阶段期限',
    coordinator: '协调机关', decider: '决定机关', outcome: '结果', ruling: '理由与决定', grant: '共享授权', cuts: '争议的删减', terms: '和解方案',
    proposer: '提出方', agreed: '已同意的部门',
  },
  path: '协商 → 协调 → 决定', steps: '经过', pack: '下载证据包', statement: '答辩', respond: '提交答辩',
  accept: '同意和解方案', deadlock: '声明协商不成', escalate: '进入下一阶段', withdraw: '撤回争议',
  open: {
    title: '提出争议', text: '先与对方协商；协商不成的，由主管部门协调。', subject: '争议对象', subjectHint: '共享申请、{{w.resource}}、校核、服务变更或数据回流的名称，例如 requests/r1。',
    claim: '主张与理由', matter: '争议事项', any: '按申请的现状', cuts: '争议的删减', cutsHint: '不选则为全部删减。', check: '检查', checked: '可以提出，尚未提交。', send: '提出',
  },
  propose: {
    title: '办理', settlement: '提出和解方案', settlementText: '替换现有方案；双方负责人都同意后终结。', outcome: '结果', terms: '方案内容', choose: '请选择', scope: '予以共享的范围',
    mediation: '记录协调', minutes: '协调记录', withProposal: '同时提出方案', failed: '协调不成，任何一方可以进入下一阶段', decision: '记录决定', decisionText: '决定一经签署即终结争议，并产生其结果。',
    body: '决定机关', number: '文号', date: '文件日期', reasons: '理由', document: '决定文件', documentHint: '文件作为附件保存，其摘要记入决定。', tooBig: '文件超过 50 MiB。',
  },
  stage: { NEGOTIATION: '协商', COORDINATION: '协调', DECISION: '决定', CLOSED: '已终结' },
  outcome: { GRANT: '予以共享', RECLASSIFY: '重新分类', SUPPLY: '履行提供义务', UPHELD: '维持', WITHDRAWN: '已撤回' },
  matter: {
    REFUSAL: '拒绝申请', CUTS: '删减范围', CLASSIFICATION: '不予共享', LATE_SUPPLY: '逾期提供', CORRECTION: '不予校核',
    SERVICE_CHANGE: '服务变更', RETURN_FLOW: '数据回流',
  },
};
