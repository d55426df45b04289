// SPDX-License-Identifier: Apache-2.0
export default {
  title: '查询核验',
  away: {
    text: '查询和核验的结果由本单位节点旁的网关直接显示，不经过本控制台。点击后将离开控制台，进入本单位网关。',
    go: '进入本单位网关',
    none: '本单位没有开通供人员使用的网关，请联系单位数据管理员。',
  },
  grants: { none: '本单位目前没有可用于查询或核验的共享授权。', more: '显示更多授权' },
  form: {
    grant: '共享授权', choose: '请选择', from: '{{resource}}，{{provider}}提供',
    what: '方式', query: '查询', verify: '核验', purpose: '用途', case: '办件编号',
    caseHint: '当前办理事项的编号，记入证据。',
    where: '查询条件', whereHint: '填写完整的值，只返回一条记录。',
    key: '记录的主键', keyHint: '填写能够唯一确定一条记录的全部主键。',
    claims: '需核验的内容', claimsHint: '只返回是否一致，不返回数据。',
    item: '{{w.item}}', value: '值', nth: '第 {{n}} 行', add: '增加一行', remove: '删除第 {{n}} 行',
    doQuery: '查询', doVerify: '核验',
  },
  purpose: {
    ADMINISTRATIVE_BASIS: '行政依据', WORK_REFERENCE: '工作参考', DATA_VERIFICATION: '数据校核',
    BUSINESS_COLLABORATION: '业务协同', OTHER: '其他',
  },
  state: {
    unusable: '此授权目前不能使用：{{reason}}', days: '剩余天数', calls: '今日剩余次数',
    rows: '今日剩余行数', bytes: '今日剩余数据量',
  },
  result: {
    title: '结果', none: '没有符合条件的记录。', null: '（空）', yes: '是', no: '否',
    exchange: '交换编号', time: '时间', clears: '结果将在 {{time}} 清除，不保存、不导出。',
    clear: '立即清除', cleared: '结果已清除。', binary: '二进制数据，{{size}}',
    MATCH: '一致', MISMATCH: '不一致', NO_RECORD: '没有此记录',
  },
  corrections: {
    title: '校核中的内容', whole: '整条记录', proceed: '可以凭当事人提交的证明材料办理业务。',
    wait: '校核期间请勿作为办理依据。',
  },
  advice: {
    MISMATCHES_EXHAUSTED: '今日对该记录的核验不符次数已用完。请核对当事人提交的材料，明日再试，或提出校核申请。',
    QUOTA_EXHAUSTED: '授权的当日配额已用完，北京时间零时恢复。',
    LEASE_STALE: '本节点与平台的联系中断，暂不能确认授权是否有效。恢复后请重试。',
    PEER_UNREACHABLE: '提供部门的节点暂时不能访问，请稍后重试。',
    HELD: '提供部门已在其节点暂停提供，请联系提供部门。',
    EVIDENCE_UNAVAILABLE: '证据暂不能保存，因此没有提供。请稍后重试。',
    CASE_REQUIRED: '此授权要求填写办件编号。',
    GRANT_REVOKED: '授权已撤销，请按规定处置已取得的数据。',
    ROW_NOT_GRANTED: '查询条件超出授权范围，请检查所选内容。',
    ITEM_NOT_GRANTED: '所选内容不在授权范围内。',
    NOT_READY: '本单位网关或节点尚未就绪，请稍后重试。',
  },
};
