// SPDX-License-Identifier: Apache-2.0
import type { Like } from '@/i18n';
import type zh from './zh-Hans';

const en: Like<typeof zh> = {
  none: 'none',
  and: ', ',
  APPLICANT: 'applicant',
  CLERK: 'clerk',
  DATA_STEWARD: 'data steward',
  CATALOGUE_EDITOR: 'catalogue editor',
  DEPARTMENT_HEAD: 'department head',
  SHARING_HEAD: 'head of the sharing body',
  PROVIDER_REVIEWER: 'provider reviewer',
  SHARING_AUTHORITY: 'sharing authority',
  AUDITOR: 'sharing auditor',
  SYSTEM_ADMINISTRATOR: 'system administrator',
  SECURITY_ADMINISTRATOR: 'security administrator',
  AUDIT_ADMINISTRATOR: 'audit administrator',
  ACCOUNT_ADMINISTRATOR: 'account administrator of the agency',
  OUTSIDE_SUPERVISOR: 'outside supervisor',
  RECORDING_OFFICER: 'recording officer',
};
export default en;
