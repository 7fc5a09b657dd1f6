import { DownOutlined } from '@ant-design/icons';
import { Button, Dropdown, Space } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { WithKey } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { pauseReasons } from './codes.ts';
import type { IntentControls } from './use-intent.ts';

export interface IntentControlProps {
  readonly intent: IntentControls;
  readonly size: 'large' | 'small';
}

/** 示闲 and 示忙 side by side; the one that is on now is quiet. */
export function IntentControl({ intent, size }: IntentControlProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { agent } = useStore(session.socket.desk);
  const available = agent?.intent === 'available';
  const items = pauseReasons.map((key) => ({ key, label: t(`agent.reasons.${key}`) }));
  return (
    <div className="intent">
      <WithKey tip={t('agent.goAvailable')} keys="F8">
        <Button
          data-testid="set-available"
          size={size}
          type={available ? 'default' : 'primary'}
          disabled={available}
          onClick={intent.goAvailable}
        >
          {t('agent.available')}
        </Button>
      </WithKey>
      <Space.Compact>
        <WithKey tip={t('agent.paused')} keys="F8">
          <Button
            data-testid="set-paused"
            size={size}
            disabled={agent?.intent === 'paused' && !agent.pausedBySystem}
            onClick={() => {
              intent.pause(t('agent.reasons.rest'));
            }}
          >
            {t('agent.paused')}
          </Button>
        </WithKey>
        <Dropdown
          trigger={['click']}
          menu={{
            items,
            onClick: ({ key }) => {
              intent.pause(t(`agent.reasons.${key}`));
            },
          }}
        >
          <Button size={size} icon={<DownOutlined />} aria-label={t('agent.pauseWith')} data-testid="pause-reasons" />
        </Dropdown>
      </Space.Compact>
    </div>
  );
}
