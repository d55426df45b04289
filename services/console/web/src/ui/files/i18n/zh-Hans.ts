// SPDX-License-Identifier: Apache-2.0
export default {
  title: '附件', none: '没有附件。', name: '文件', size: '大小', from: '上传部门', time: '上传时间', internal: '仅本部门可见', add: '添加附件',
  hint: 'PDF、图片、OFD、DOCX、XLSX 或文本，不超过 50 MiB。上传后不能更改或删除。', tooBig: '文件超过 50 MiB。', send: '上传',
};
