// SPDX-License-Identifier: Apache-2.0
export default {
  list: { title: '安全事件', new: '报告安全事件', all: '全部', none: '没有安全事件。' },
  field: {
    title: '标题', agency: '部门', severity: '级别', state: '状态', happened: '发生时间', reported: '报告时间', closed: '办结时间', text: '经过', grants: '建议暂停的授权',
    conclusion: '原因与改进', profile: '适用规则集',
  },
  state: { REPORTED: '已报告', HANDLING: '处置中', CLOSED: '已办结' },
  severity: { GENERAL: '一般', LARGER: '较大', SERIOUS: '重大', PARTICULARLY_SERIOUS: '特别重大' },
  choose: '请选择',
  report: { text: '发生安全事件须及时报告主管部门。', grantsHint: '每行一个，例如 grants/g1；暂停由授权页面办理。', send: '报告' },
  page: { grants: '由有权的人员在各授权的页面上暂停。', done: '处置与通报', told: '已通报' },
  act: {
    title: '办理', measure: '采取的措施', addMeasure: '记录措施', notify: '记录通报', notifyText: '网信、公安、个人信息保护等部门。', body: '通报的部门', document: '文号',
    close: '办结', closeText: '办结后，相关授权的证据不再因此事件延长保存。',
  },
  drills: { title: '应急演练', new: '记录演练', none: '没有演练记录。', date: '演练日期', scenario: '演练内容', result: '演练结果', send: '记录' },
};
