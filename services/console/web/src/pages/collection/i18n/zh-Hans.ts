// SPDX-License-Identifier: Apache-2.0
export default {
  title: '表单采集前核查', what: '能共享取得的，不得重复采集。先查一查：目录里已有哪些{{w.item}}。',
  items: '表单的数据项', itemsHint: '每行一项，最多 40 项；可从表格粘贴，制表符后为含义说明', tooMany: '有 {{count}} 项，一次最多 {{most}} 项。',
  keep: '留存结果，供重复采集投诉引用', check: '核查', findings: '结果', checked: '核查于 {{time}}；{{count}} 项已在目录中。', kept: '留存为',
  free: '目录中没有，可以采集', item: '表单项', found: '目录中的{{w.item}}', likeness: '吻合', resource: '{{w.resource}}', provider: '{{w.provider}}',
  shareClass: '{{w.shareClass}}', how: '取得方式', article: '条款', source: '数源', more: '还有更多。', save: '导出 CSV',
  like: { EXACT: '同名', SYNONYM: '同义', SIMILAR: '相近' },
  way: { DIRECT_GRANT: '直接取得', SHARING_REQUEST: '申请共享', NOT_OBTAINABLE: '不能取得：可请提供方核对，或自行采集' },
  class: { UNCONDITIONAL: '无条件共享', CONDITIONAL: '有条件共享', NOT_SHARED: '不予共享' },
};
