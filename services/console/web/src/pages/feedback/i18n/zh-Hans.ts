// SPDX-License-Identifier: Apache-2.0
export default {
  state: '状态', all: '全部', acts: '可办理的事项', choose: '请选择',
  inquiries: { title: '咨询', none: '没有您可以查看的咨询。', open: '提出咨询', question: '问题', due: '答复期限', time: '提出时间' },
  inquiryState: { OPEN: '待答复', ANSWERED: '已答复', CLOSED: '已办结' },
  inquiry: {
    page: '咨询 {{name}}', resource: '{{w.resource}}', consumer: '提出部门', provider: '答复部门', question: '问题', answer: '答复', extended: '已同意延长',
    extensionReason: '延长理由', late: '逾期答复', dataDate: '数据最近更新日', profile: '适用规则集', answerHint: '答复对提出部门与主管部门可见。', send: '答复',
    extend: '同意延长答复期限', extendText: '自提出之日起按较长的期限计算；期限届满后不能延长。', close: '办结', closeOpen: '尚未答复。办结后不再等待答复，不能恢复。',
    closeAnswered: '已答复。办结后不能恢复。',
  },
  newInquiry: { title: '提出咨询', resource: '{{w.resource}}', resourceHint: '其他部门已发布的目录条目', question: '问题', noSecret: '不得填写国家秘密、工作秘密和个人信息。', send: '提交' },
  complaints: { title: '投诉', what: '由工作人员登记公民、法人和其他组织的投诉；投诉人的姓名只在本部门的登记簿中。', none: '没有您可以查看的投诉。', open: '登记投诉', file: '登记编号', kind: '类别', time: '登记时间' },
  complaintState: { TAKEN_IN: '待分派', ASSIGNED: '办理中', CLOSED: '已办结' },
  kind: { RIGHTS: '权益受到影响', DUPLICATE_COLLECTION: '重复采集', PLATFORM: '平台或其运行' },
  outcome: { FOUNDED: '投诉属实', UNFOUNDED: '投诉不属实', PASSED_ON: '转由其他机构处理' },
  complaint: {
    page: '投诉 {{name}}', kind: '类别', file: '登记编号', consumer: '登记部门', about: '涉及部门', handler: '办理部门', text: '投诉内容', outcome: '结果', answer: '答复',
    check: '引用的采集核查', closed: '办结时间', profile: '适用规则集', assign: '分派', assignText: '分派给您所主管的部门办理；办理中的也可改派。', agency: '办理部门',
    close: '答复并办结', closeText: '登记人本人不能办结。办结后不能恢复。',
  },
  newComplaint: {
    title: '登记投诉', kind: '类别', about: '涉及部门', aboutHint: '涉及平台的，填写运行平台的部门', file: '登记编号', fileHint: '本部门登记簿中的编号，投诉人的姓名只在登记簿中',
    text: '投诉内容', textHint: '不得填写个人姓名、号码；不得填写国家秘密、工作秘密', check: '采集核查', checkHint: '仅限重复采集：保存过的核查 collectionChecks/…，没有可不填', send: '登记',
  },
  ratings: {
    title: '评价', what: '{{w.consumer}}对每项共享授权可评价一次，计入{{w.provider}}的使用得分。', none: '没有您可以查看的评价。', grant: '共享授权', stars: '评分', text: '说明',
    time: '评价时间', consumer: '{{w.consumer}}', provider: '{{w.provider}}', of: '{{count}} 分（满分 5 分）', only: '只看此授权', rate: '评价共享授权', send: '提交评价', once: '提交后不能修改。',
  },
};
