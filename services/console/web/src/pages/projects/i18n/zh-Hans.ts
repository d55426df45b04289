// SPDX-License-Identifier: Apache-2.0
export default {
  list: { title: '政务信息化项目', new: '登记项目', all: '全部', none: '没有项目。', without: '只看未预编目录的' },
  field: {
    title: '项目名称', agency: '部门', state: '状态', year: '计划年度', approval: '批复或计划文号', budget: '资金来源', duties: '支撑的职责', systems: '建设的系统',
    compilers: '编制人', accepted: '验收时间', acceptedBy: '验收人', withdrawn: '撤销理由', profile: '适用规则集',
  },
  state: {
    DRAFT: '草稿', PRECOMPILED: '待出具意见', AGREED: '已同意', AGREED_WITH_CHANGES: '修改后同意', DISAGREED: '不同意', HANDED_IN: '目录已提交', ACCEPTED: '已验收', WITHDRAWN: '已撤销',
  },
  result: { AGREE: '同意', AGREE_WITH_CHANGES: '修改后同意', DISAGREE: '不同意' },
  shareClass: { SHARE_CLASS_UNSPECIFIED: '未定', UNCONDITIONAL: '无条件共享', CONDITIONAL: '有条件共享', NOT_SHARED: '不予共享' },
  likeness: { EXACT: '相同', SYNONYM: '同义', SIMILAR: '相似' },
  gate: { title: '审批前置', open: '已通过', closed: '未通过' },
  choose: '请选择',
  form: {
    save: '登记', edit: '修改项目', saveChange: '保存修改', void: '修改后，已出具的意见随即失效。', closed: '此项目现在不能修改。', system: '系统 {{number}}：名称',
    systemDuties: '系统 {{number}}：职责', remove: '删除系统 {{number}}', add: '增加系统',
  },
  plan: {
    title: '预编目录', heading: '预编的目录', text: '列出要使用的已有{{w.resource}}和将要新建的{{w.resource}}。能够共享取得的数据不得重复收集。', none: '尚未预编目录。',
    new: '新建 {{number}}', uses: '使用 {{number}}', resource: '第 {{number}} 项：已发布的{{w.resource}}', entryTitle: '第 {{number}} 项：名称', items: '第 {{number}} 项：{{w.item}}',
    itemsHint: '每行一个；可在冒号后写明含义。', shareClass: '第 {{number}} 项：{{w.shareClass}}', remove: '删除第 {{number}} 项', addNew: '增加新建的', addUses: '增加使用的', send: '提交预编目录',
    usesOne: '使用：', handedIn: '已提交：', itemsOf: '{{title}} 的{{w.item}}', item: '{{w.item}}', definition: '含义', published: '目录中已有', notPublished: '没有',
  },
  opinion: { title: '主管部门意见', result: '意见', reason: '理由或须修改之处', by: '出具人', time: '出具时间', about: '针对', compilation: '第 {{number}} 次预编（最近第 {{last}} 次）' },
  act: {
    title: '办理', edit: '修改项目', plan: '预编目录', opinion: '出具意见', opinionText: '编制人不得出具意见。', opinionHint: '非“同意”须填写。', accept: '验收目录',
    acceptText: '验收后，所提交的{{w.resource}}即标明此项目。', withdraw: '撤销项目', withdrawText: '撤销后不能恢复。', handIn: '提交目录',
    handInText: '为每个新建项指明已编制的{{w.resource}}；没有填写的保持原样。', binding: '{{title}} 对应的{{w.resource}}',
  },
  shared: {
    title: '共享成效', text: '{{from}} 至 {{to}}，供审批项目与运维经费时参考。', none: '这一期间没有记录。', resources: '已发布的{{w.resource}}', inTime: '按时答复', late: '逾期答复',
    given: '给出的授权', received: '取得的授权', findings: '已确认的问题',
  },
};
