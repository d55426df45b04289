// SPDX-License-Identifier: Apache-2.0
export default {
  title: '待我办理',
  requests: {
    title: '共享申请',
    mine: '待我办理',
    due: '两个工作日内到期',
    overdue: '已超期',
    waiting: '等待他人办理',
  },
  warnings: { title: '临近期限', subject: '事项', clock: '期限', due: '截止' },
  clock: {
    REPLY_CONDITIONAL: '有条件共享答复',
    REPLY_UNCONDITIONAL: '无条件共享答复',
    SUPPLEMENT: '补正',
    CORRECTION: '校核答复',
    NEGOTIATION: '协商',
  },
  delegated: '您今天按 {{count}} 项委托代行职责。',
  entries: {
    editor: '被退回、待我修改的{{w.resource}}',
    head: '待我同意的{{w.resource}}',
    authority: '待我审核发布的{{w.resource}}',
    none: '没有待办。',
    entry: '名称',
    code: '代码',
    provider: '{{w.provider}}',
  },
  news: {
    title: '订阅消息',
    kind: '事项',
    time: '时间',
    published: '首次发布',
    revised: '已修订',
    closed: '已暂停',
    reopened: '已恢复',
    gone: '已撤销',
  },
};
