import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallerView } from '../../lib/types.ts';

/** The caller's number, masked until someone asks for it. */
export function CallerNumber({ caller }: { readonly caller: CallerView }): ReactElement {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  if (caller.number === '') return <span className="caller-number">{t('offer.withheld')}</span>;
  return (
    <span className="caller-number num">
      {shown ? caller.number : caller.maskedNumber}
      <Tooltip title={shown ? t('offer.hide') : t('offer.reveal')}>
        <Button
          type="text"
          size="small"
          icon={shown ? <EyeInvisibleOutlined /> : <EyeOutlined />}
          aria-label={shown ? t('offer.hide') : t('offer.reveal')}
          aria-pressed={shown}
          onClick={() => {
            setShown(!shown);
          }}
        />
      </Tooltip>
    </span>
  );
}
