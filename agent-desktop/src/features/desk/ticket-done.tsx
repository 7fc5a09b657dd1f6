import { CheckCircleFilled, CopyOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { spokenTicketNumber } from '../../lib/format.ts';

/** The number, large, in groups that can be read out; '' means that no ticket was needed. */
export function TicketDone({ number }: { readonly number: string }): ReactElement {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  if (number === '') return <p className="panel-empty">{t('draft.dropped')}</p>;
  return (
    <div className="ticket-done" role="status">
      <CheckCircleFilled className="ticket-tick" aria-hidden="true" />
      <div className="ticket-accepted">{t('draft.accepted')}</div>
      <div className="ticket-say">
        {t('draft.readOut')}
        {t('draft.ticketNumber')}
      </div>
      <div className="ticket-number num" data-testid="ticket-number" data-number={number}>
        {number}
      </div>
      <div className="ticket-groups num" aria-hidden="true">
        {spokenTicketNumber(number).map((group, i) => (
          <span key={i}>{group}</span>
        ))}
      </div>
      <Button
        icon={<CopyOutlined />}
        data-testid="copy-ticket"
        onClick={() => {
          void navigator.clipboard.writeText(number).then(() => {
            setCopied(true);
          });
        }}
      >
        {copied ? t('draft.copied') : t('draft.copy')}
      </Button>
    </div>
  );
}
