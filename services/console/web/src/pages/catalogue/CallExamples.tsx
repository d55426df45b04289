// SPDX-License-Identifier: Apache-2.0
import { Button, Radio } from 'antd';
import { useState, type ReactNode } from 'react';
import { Resource_State, ShareClass, type Resource } from '@/gen/shareway/catalog/v1/resource_pb';
import { callExamples } from './calls';
import { useText } from './texts';

/** How to call it, for entries that can be called. */
export function CallExamples(props: { entry: Resource }): ReactNode {
  const t = useText();
  const [shown, setShown] = useState(0);
  const [copied, setCopied] = useState(false);
  const { entry } = props;
  if (entry.state !== Resource_State.PUBLISHED || entry.shareClass === ShareClass.NOT_SHARED) return null;
  const examples = callExamples(entry);
  const code = examples[shown]?.code ?? '';
  return (
    <section aria-labelledby="call">
      <h2 id="call">{t('resource.call')}</h2>
      <p>{t('resource.callHow')}</p>
      <div className="sw-row">
        <Radio.Group value={shown} aria-label={t('resource.language')} optionType="button"
          options={examples.map((one, value) => ({ value, label: one.language }))}
          onChange={(event) => { setShown(event.target.value as number); setCopied(false); }} />
        <Button onClick={() => void navigator.clipboard.writeText(code).then(() => setCopied(true))}>{t('resource.copy')}</Button>
        <span role="status">{copied && t('resource.copied')}</span>
      </div>
      <pre className="sw-code" tabIndex={0}>{code}</pre>
    </section>
  );
}
