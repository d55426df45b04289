// SPDX-License-Identifier: Apache-2.0
export default {
  product: '政务数据共享节点（Shareway）',
  skip: '跳到正文',
  menu: '菜单',
  section: {
    desk: '工作台', catalogue: '目录与数据', sharing: '共享办理', needs: '需求与保障', oversight: '监督与审计', administration: '系统管理',
  },
  language: '语言',
  shade: { label: '明暗', system: '跟随系统', light: '浅色', dark: '深色' },
  signOut: '退出',
  loading: '正在打开……',
  notYours: { title: '无权查看', text: '您的角色不使用此页面。如需使用，请联系单位账号管理员。' },
  noPage: { title: '没有这个页面', text: '请检查网址，或从菜单进入。' },
  broken: {
    title: '页面出错',
    text: '此页面不能显示，其他页面不受影响。您填写的内容已保存在本标签页中。',
    again: '再试一次',
    reload: '重新载入',
  },
};
