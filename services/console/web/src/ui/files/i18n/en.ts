// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  title: 'Attachments', none: 'There are no attachments.', name: 'File', size: 'Size', from: 'From', time: 'Time', internal: 'own agency only', add: 'Add a file',
  hint: 'PDF, image, OFD, DOCX, XLSX or text, up to 50 MiB. It cannot be changed or removed afterwards.', tooBig: 'The file has more than 50 MiB.', send: 'Upload',
};
export default en;
