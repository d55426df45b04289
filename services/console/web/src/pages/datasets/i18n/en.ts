// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  title: 'Datasets', resource: 'Name of the {{w.resource}}', resourceHint: 'A published {{w.resource}} of your agency, such as resources/306001-000001.', show: 'Show',
  versions: 'Versions', none: 'Nothing was loaded yet.', version: 'Version', state: 'State', serving: 'Serving', records: 'Rows', time: 'Loaded', revision: 'Revision',
  indexes: '{{w.item}} to look up by', digest: 'Digest', act: 'Act', rollback: 'Serve {{version}}', rollbackText: 'It serves at once; other versions stay as they are.',
  load: 'Load a new version', loadText: 'It serves once the whole file was checked; one bad row, told with line, column and reason, and nothing is loaded.', format: 'Format',
  indexesHint: 'One a line, besides the key, up to 16.', file: 'File', fileHint: 'Up to 90 MiB; larger ones by shareway dataset load.', tooBig: 'The file has more than 90 MiB.',
  send: 'Check and load', loaded: '{{version}} is loaded with {{records}} rows, and serves.',
};
export default en;
