// SPDX-License-Identifier: Apache-2.0
export default {
  list: {
    title: '数据需求', what: '目录中没有的数据，可在此提出需求，由主管部门转给数据所在的部门编目。', none: '没有您可以查看的数据需求。', state: '状态', all: '全部',
    publish: '提出需求', name: '数据名称', time: '提出时间',
  },
  field: {
    title: '数据名称', consumer: '提出部门', provider: '转办部门', presumed: '提出方认为的数源部门', state: '状态', items: '需要的{{w.item}}', itemId: '标识',
    itemTitle: '名称', basis: '履职依据', scenario: '使用场景', answer: '答复', citation: '法律依据', resource: '对应的目录条目', applicant: '提出人',
    created: '提出时间', ended: '办结时间', profile: '适用规则集', notTheirs: '答复非其数据的部门',
  },
  state: { OPEN: '待转办', ROUTED: '待受理', ACCEPTED: '编目中', LINKED: '已有目录条目', DECLINED: '依法不予提供', WITHDRAWN: '已撤回' },
  publish: {
    title: '提出数据需求', titleHint: '该数据应有的名称；目录中已有同名条目时会告知', itemsHint: '至少一项；知道标识的可一并填写，用于与目录比对',
    item: '第 {{number}} 项{{w.item}}名称', itemId: '第 {{number}} 项标识', add: '增加一项', remove: '删除第 {{number}} 项', basisHint: '需要该数据的法定职责依据',
    presumedHint: '不清楚可不填', check: '检查', checked: '检查通过，尚未提交。', send: '提交', noSecret: '不得填写国家秘密、工作秘密内容。',
    known: '目录中已有该数据：', ask: '申请共享', changed: '内容在检查之后有改动。',
  },
  acts: '可办理的事项',
  route: {
    title: '转办', text: '转给推定的数源部门，由其答复是否为其数据。须签署。', provider: '数源部门', hint: '提出需求的部门、已答复非其数据的部门不能选', sign: '签署并转办',
  },
  accept: { title: '受理', text: '受理后由本部门编目；编目发布后请关联目录条目。', answer: '答复：何时完成何事', send: '受理' },
  decline: {
    title: '不受理', ground: '理由类别', NOT_THE_SOURCE: '不是本部门的数据', LEGAL_BAR: '法律、法规不允许提供', choose: '请选择', reason: '理由', citation: '法律依据',
    textOther: '需求将回到主管部门，可转给其他部门。', textBar: '需求将就此办结。', sign: '签署并答复',
  },
  link: { title: '关联目录条目', text: '所需数据已编目发布时，关联其目录条目，需求就此办结。', resource: '已发布的目录条目', hint: 'resources/…', send: '关联并办结' },
  withdraw: { title: '撤回', text: '撤回后需求办结，不能恢复。' },
  request: '申请共享该数据', items: '{{count}} 项',
};
