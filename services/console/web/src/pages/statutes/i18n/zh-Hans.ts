// SPDX-License-Identifier: Apache-2.0
export default {
  and: '、',
  profiles: {
    title: '规则集', text: '名称', document: '文号', from: '施行日期', version: '版本', extends: '在其上补充', source: '来源',
    levels: '可作为不予共享依据的层级',
  },
  terms: {
    title: '期限', clock: '事项', days: '工作日', extension: '可延长', noExtension: '不可延长', article: '条款', noArticle: '文本未规定',
  },
  gradings: '分级细目', assumptions: '由我们设定、并非法定的取值',
  clock: {
    CATALOGUE_UPDATE: '目录更新', CATALOGUE_PUBLISH: '目录发布', AUTHORITY_CHECK: '主管部门初审', REPLY_UNCONDITIONAL: '无条件共享答复',
    REPLY_CONDITIONAL: '有条件共享答复', REPLY_UNPUBLISHED: '须先发布的答复', SUPPLEMENT_ASK: '提出补正', SUPPLEMENT: '补正',
    SUPPLY: '提供数据', CORRECTION: '校核', NEGOTIATION: '协商', COORDINATION: '协调', CONSULTATION: '征求意见', DISPOSAL: '处置',
    RECTIFICATION: '整改', INQUIRY: '询问答复', INQUIRY_EXTENDED: '询问答复（经负责人同意）',
  },
  calendars: { title: '工作日历', year: '地区和年份', days: '工作日', loaded: '载入时间', shipped: '随安装提供' },
  due: {
    title: '推算截止日', from: '收到日', fromHint: '当日不计', days: '工作日数', daysBad: '1 至 250 的整数', is: '截止 {{day}}',
    provisional: '（所依日历尚未公布，仅供参考）',
  },
  calendar: {
    title: '{{area}} {{year}} 年工作日历', notice: '通知', loader: '载入人', holidays: '通知所列放假与调休', holiday: '节日', from: '放假首日', to: '放假末日',
    makeUp: '调休上班', month: '月', days: '逐日', legend: '空格：工作日；●：调休上班；–：周末；○：放假。',
    differs: '逐日推算为 {{shown}} 个工作日，与服务所说的 {{told}} 个不符。',
  },
  day: { working: '工作日', makeUp: '调休上班', weekend: '周末', holiday: '放假' },
  load: {
    title: '载入日历', check: '检查', sign: '载入', checkEffect: '只检查，不存入；检查也须签名。',
    effect: '立即生效；依未公布日历推算的截止日全部重算，旧日期保留。', good: '{{name}} 可以载入：{{days}} 个工作日。将重算 {{count}} 项。',
    done: '{{name}} 已载入：{{days}} 个工作日。已重算 {{count}} 项。', yaml: '日历（YAML）',
    yamlHint: '含 area、year、version、notice、working_days（总数核对）和 holidays', large: '超过 32 KiB。',
  },
  compare: {
    title: '规则变更对照', choose: '请选择', from: '现行', to: '将施行', none: '没有需要处理的事项。', kind: '事项', subject: '对象', provider: '{{w.provider}}',
    present: '现状', wanted: '新的要求', save: '导出 CSV', TERM_CHANGED: '期限不同', BASIS_INSUFFICIENT: '不予共享依据层级不足', FIELD_MISSING: '目录缺项',
    GRANT_WITHOUT_RECORD: '授权缺少记录', REQUEST_RUNNING: '在办申请',
  },
};
