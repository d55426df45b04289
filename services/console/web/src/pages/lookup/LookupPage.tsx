// SPDX-License-Identifier: Apache-2.0
// One record for the case on the desk. In the console this page leads to the gateway beside the own
// agency's node; there it asks the node. So what the node answers never comes to the console.
import type { ReactNode } from 'react';
import { useSettings } from '@/app/settings_context';
import { Page } from '@/ui';
import { Away } from './Away';
import { Desk } from './Desk';
import { useText } from './texts';

export default function LookupPage(): ReactNode {
  const t = useText();
  const { atNode } = useSettings();
  return <Page title={t('title')}>{atNode ? <Desk /> : <Away />}</Page>;
}
