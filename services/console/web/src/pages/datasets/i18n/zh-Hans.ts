// SPDX-License-Identifier: Apache-2.0
export default {
  title: '数据集', resource: '{{w.resource}}名称', resourceHint: '本部门已发布的{{w.resource}}，例如 resources/306001-000001。', show: '查看',
  versions: '版本', none: '还没有装载过数据。', version: '版本', state: '状态', serving: '正在提供', records: '行数', time: '装载时间', revision: '目录修订', indexes: '可查询的{{w.item}}',
  digest: '摘要', act: '操作', rollback: '改用 {{version}}', rollbackText: '立即改由此版本提供，不影响其他版本。', load: '装载新版本',
  loadText: '整个文件检查通过后才切换；有一行不符合目录的，全部不装载，并指出行、列与原因。', format: '文件格式', indexesHint: '每行一个，主键之外可供查询的，至多 16 个。', file: '文件',
  fileHint: '不超过 90 MiB；更大的用命令行 shareway dataset load。', tooBig: '文件超过 90 MiB。', send: '检查并装载', loaded: '已装载 {{version}}，共 {{records}} 行，正在提供。',
};
