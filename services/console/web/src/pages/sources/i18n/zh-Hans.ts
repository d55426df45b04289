// SPDX-License-Identifier: Apache-2.0
export default {
  and: '、', all: '全部', none: '无', yes: '是', no: '否', save: '导出 CSV', version: '版本：{{version}}',
  list: { title: '一数一源' },
  source: {
    id: '数源标识', idHint: '例如 legal-person-name', title: '名称', provider: '数源部门', resource: '目录条目', resourceHint: 'resources/…，须已发布',
    item: '{{w.item}}标识', document: '确定数源的文件', authority: '共享主管部门', nth: '第几次确定', time: '确定时间', by: '确定人', before: '上一次', now: '现行',
  },
  designate: { title: '确定数源', replace: '更换数源', effect: '由主管全部采集部门的共享主管部门签署；先前的确定仍可查阅。', sign: '签名并确定' },
  collected: { title: '多部门采集项', who: '采集部门和条目', source: '数源', none: '尚未确定' },
  negative: {
    title: '不予共享清单', what: '导出留有记录。', read: '生成清单', cut: '清单不完整，不能使用。', entry: '目录条目', provider: '{{w.provider}}', items: '不予共享的项',
    whole: '整条', reason: '理由', basis: '依据', article: '条款',
  },
  categories: {
    title: '分类', find: '代码开头或名称', code: '代码', label: '名称', origin: '出处', national: '国家指南', own: '本地自定', give: '生成代码', given: '已为本部门保留代码：',
  },
  schema: { title: '扩展元数据', type: '类型', limits: '取值', required: '必填', for: '适用的分类、区划、规则集' },
  type: { TEXT_VALUE: '文本', INTEGER_VALUE: '整数', DECIMAL_VALUE: '小数', DATE_VALUE: '日期', BOOLEAN_VALUE: '是或否', ONE_OF: '单选', SOME_OF: '多选' },
  bundles: {
    title: '目录包', origin: '来源', division: '区划', taken: '已收录至', never: '尚未收录', import: '收录目录包', file: '目录包文件', entries: '条目数', made: '制作时间',
    until: '保留至', conflicts: '有 {{count}} 处冲突，未收录。', conflictList: '冲突', what: '冲突种类', detail: '说明', done: '已整包收录。', take: '收录',
    takeEffect: '整包收录或全不收录；收录前再检查一次。', export: '导出本地目录包', prefix: '区划开头', prefixHint: '空：全部', save: '导出',
  },
  conflict: {
    OLDER: '比已收录的旧', GAP: '中间缺少变更', CODE_TAKEN: '代码已被占用', CONTENT_DIFFERS: '同一版本内容不同', WITHDRAWN: '此处已撤销', DIVISION: '超出该来源的区划',
    PROVIDER: '包内没有其提供部门', PUBLICATION: '缺少有效的发布签名', CONTENT_REFUSED: '内容不得收录',
  },
};
