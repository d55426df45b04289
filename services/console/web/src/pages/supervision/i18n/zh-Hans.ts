// SPDX-License-Identifier: Apache-2.0
export default {
  all: '全部', choose: '请选择', acts: '可办理的事项', sign: '签名提交', csv: '导出 CSV', looking: '正在查找…', notFound: '没有这一份，或您无权查看。',
  field: {
    subject: '对象', due: '截止日', article: '条款', state: '状态', about: '涉及部门', finding: '线索', opened: '发起时间', summary: '所见情况',
    grant: '共享授权', consumer: '{{w.consumer}}', provider: '{{w.provider}}', authority: '共享主管部门', published: '发布时间', agency: '部门',
    profile: '规则集',
  },
  clocks: {
    title: '法定期限', what: '天数与截止日由服务按工作日历计算。', view: '范围', kind: '事项', debtor: '责任部门', promised: '承诺期限', since: '起算日',
    before: '{{time}} 前', none: '没有符合条件的期限', late: '逾期办结', was: '（截止 {{day}}）',
    in: { RUNNING: '进行中', DUE: '两个工作日内到期', OVERDUE: '已逾期', STOPPED: '已办结', ALL: '全部' },
  },
  findings: {
    title: '监督线索', what: '预警：期限将满，尚未逾期。疑似问题线索：须经主管部门确认，确认之前不作定性。', report: '报告线索', none: '没有您可以查看的线索',
    reportWhat: '请如实记述所见，附上能说明情况的对象或材料；是否构成问题由主管部门确认。', articleHint: '可能涉及的条款', subjectHint: '如 requests/r7、grants/g1、disputes/d1；没有可不填',
    summaryHint: '确认之前不得使用定性用语', send: '提交',
  },
  finding: {
    PREWARNING: '预警', SUSPECTED: '疑似问题线索', JUSTIFIED: '已说明理由', CONFIRMED: '已确认问题', DISMISSED: '已排除',
    page: '线索 {{name}}', since: '状态时间', agency: '责任人员所在部门', origin: '来源', REPORTED: '人工报告', AUTOMATIC: '自动发现', reporter: '报告部门',
    competent: '确认机关', noCompetent: '没有上级机关', justification: '正当理由', ruling: '认定意见', reasons: '认定理由',
    justify: '说明理由', justifyEffect: '由部门负责人签名。预警期间说明理由的，期限照常计算。',
    confirm: '确认问题', confirmEffect: '确认后计入部门评分，并可写入通报。由主管部门工作人员签名。', dismiss: '排除线索', dismissEffect: '排除后不再计入。',
    needsProof: '没有佐证的线索不能确认。',
  },
  proof: {
    title: '佐证', object: '对象', objectHint: '每条写明一个对象的名称（如 requests/r7）、日期或说明', day: '日期', note: '说明', add: '添加一条', remove: '删除', removeAt: '删除第 {{number}} 条',
    none: '没有佐证', noObject: '说明',
  },
  detectors: {
    title: '发现规则', text: '依据', R25: '《政务数据共享条例》', M16: '《政务信息资源共享管理暂行办法》', about: '内容', liable: '责任方', watches: '观察内容',
  },
  liable: { PROVIDER: '{{w.provider}}', CONSUMER: '{{w.consumer}}', AUTHORITY: '主管部门' },
  watch: {
    REPORTED: '由人员报告', REFUSAL_WITHOUT_GROUND: '无依据的拒绝', USE_UNREPORTED: '未报告使用情况', RULE_HOLD: '汇聚规则触发的暂停',
    ENDED_UNFILED: '未备案的终止', EXTENSION_UNANSWERED: '未答复的延期申请', STALE_DATA: '数据未按时更新', PASSED_ON: '未经同意提供给第三方',
  },
  notice: {
    OPEN: '待整改', NOTICE_CLOSED: '已结束', ANSWERED: '已答复', RECTIFIED: '整改通过', RECTIFICATION_REJECTED: '整改未通过', NOTICE_FAILED: '逾期未整改',
    NOTICE_REPORTED: '已上报',
  },
  notices: {
    title: '整改通知', one: '通知', page: '整改通知 {{name}}', side: '范围', own: '要求本部门整改的', others: '要求其他部门整改的', none: '没有整改通知',
    found: '发现的问题', measures: '整改措施', rejection: '未通过的理由', report: '上报内容', reportedTo: '上报至', other: '其他人员',
    answer: '答复整改', measuresHint: '写明已采取的措施；由部门负责人签名', accept: '整改通过', acceptEffect: '期限停止，共享授权可以恢复。',
    reject: '整改不通过', stillWrong: '仍存在的问题', rejectEffect: '期限继续计算；届满仍未通过的，视为逾期未整改。', reportUp: '上报', reportEffect: '上报共享主管部门。',
  },
  circulars: {
    title: '通报', name: '标题', number: '文号', text: '正文', agencies: '涉及部门', findings: '所依据的线索', publish: '发布通报', none: '没有通报',
    choose: '已确认的线索（已选 {{count}} 条）', noFindings: '没有已确认的线索', effect: '通报发布后不能修改，须签名并再次验证身份。',
  },
  score: {
    title: '部门评分', what: '评分由本系统按记录计算，附计数与算法，不是法律规定的评价。', from: '起始日', to: '截止日', order: '截止日早于起始日',
    period: '期间', total: '总分', kept: '按承诺期限办结', broken: '超过承诺期限', plot: '各项得分', kind: '项目', points: '得分', count: '计数', many: '数量',
    nothing: '无可评', TIMELINESS: '及时', QUALITY: '质量', USE: '使用', SAFETY: '安全',
  },
  reports: {
    title: '统计报表', what: '报表由服务按记录生成，期间届满后方可生成。', kind: '报表', MONTHLY_RANKING: '月度排名', QUARTERLY_BULLETIN: '季度通报', ANNUAL_REPORT: '年度报告',
    year: '年份', yearBad: '2000 至 2999', month: '月份', quarter: '季度', format: '格式', HTML: '网页（HTML）', XLSX: '表格（Excel）',
    period: '期间：{{from}} 至 {{to}}', make: '生成并保存', saved: '已保存 {{name}}（{{size}}）',
  },
  annual: {
    title: '部门年度报告', yearHint: '留空为全部', none: '没有年度报告', submitted: '提交时间', late: '逾期提交', inTime: '按时提交', submit: '提交年度报告',
    effect: '由部门负责人签名提交，提交后不能修改。', ofYear: '所报年份', text: '正文',
  },
  evaluations: {
    title: '年度评估', none: '没有年度评估', count: '部门数', scores: '当时的评分', publish: '发布年度评估', text: '评估意见',
    effect: '发布后不能修改；各部门评分按发布时的记录写入。须签名并再次验证身份。',
  },
  plots: {
    title: '监督概览', what: '以下各图由您可以查看的申请、授权和目录统计得出。天数为自然日。', from: '提交日起', to: '提交日止',
    overdue: '已逾期的期限', all: '共 {{count}} 件（读取 {{read}} 件，已是全部）', some: '共 {{count}} 件（只读取了最近 {{read}} 件）', older: '计入更早的',
    funnel: '申请办理漏斗', stage: '阶段', count: '件数', submitted: '已提交', answered: '已答复', approved: '同意共享', supplied: '已确认提供',
    answers: '答复与法定期限的距离', distance: '答复日', limit: '法定期限', early15: '提前 15 天以上', early8: '提前 8–14 天', early4: '提前 4–7 天',
    early1: '提前 1–3 天', last: '截止日当天', late1: '逾期 1–3 天', late4: '逾期 4–7 天', late8: '逾期 8 天以上',
    median: '已答复 {{count}} 件，从提交到答复的中位数为 {{days}} 天（自然日）。', noAnswers: '期间内没有已答复的申请。',
    heatOf: '共享关系按', REQUESTS: '申请', GRANTS: '共享授权', heat: '{{w.provider}}与{{w.consumer}}', noPairs: '没有可统计的共享关系。',
    freshness: '数据更新', stale: '未按周期更新的目录（按部门）', fresh: '没有未按周期更新的目录。', staleCount: '目录数', longest: '最长超期（工作日）', reminders: '提醒次数',
  },
};
