// SPDX-License-Identifier: Apache-2.0
export default {
  title: '通知设置',
  mail: {
    title: '邮件通知', off: '本系统未配置邮件发送，只能在控制台内查看待办。', address: '邮箱地址',
    hint: '新地址须先经验证码确认；留空则不发送邮件。邮件只写明事项、编号、名称、期限和链接，不含数据和人员信息。',
    confirmed: '已确认', none: '未设置', waits: '验证码已发往 {{address}}，24 小时内有效。',
    code: '验证码', codeHint: '按邮件中的样式填写', confirm: '确认地址', done: '地址已确认。',
    kinds: '通知内容', timing: '通知时间', language: '邮件语言', save: '保存', saved: '已保存。',
  },
  kind: { TASKS: '待办与期限', DECISIONS: '本部门申请的答复', GRANTS: '授权变动与到期', CATALOGUE: '订阅的目录变动' },
  timing: { AT_ONCE: '随时发送', DAILY: '每个工作日 9 时汇总' },
  delivery: {
    title: '发送情况', sent: '最近送达', failed: '最近失败', failures: '连续失败次数', givenUp: '已放弃', waiting: '尚未发出', never: '无',
    good: '正常', bad: '上次发送失败：{{failure}}',
  },
  webhook: {
    title: '部门回调', what: '将本部门的待办、答复和授权变动推送给本部门自己的系统，按 Standard Webhooks 签名。',
    off: '本系统未启用回调。', url: '回调地址', urlHint: '仅限 https；地址不得指向内部网络，运维已列明的除外。', kinds: '推送内容',
    make: '设置回调', change: '保存', rotate: '更换密钥', test: '测试', end: '停用回调', endSure: '确认停用', keep: '不停用',
    secret: '签名密钥，只显示这一次：', secretHow: '请立即存入接收系统。更换后，原密钥继续有效 24 小时。',
    repeated: '此前已完成，密钥不再显示；如未记下，请更换密钥。', oldUntil: '原密钥有效至', setBy: '设置人', taken: '接收方已接收。', refused: '未被接收：{{failure}}', ended: '已停用。',
  },
};
