import { Alert, Button } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { MicrophoneProblem } from '../lib/microphone.ts';

export interface MicrophoneProblemNoticeProps {
  readonly problem: MicrophoneProblem;
  readonly onRetry: () => void;
}

/** Says in plain words what keeps the microphone closed and what to do about it. */
export function MicrophoneProblemNotice({ problem, onRetry }: MicrophoneProblemNoticeProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Alert
      data-testid="mic-problem"
      data-problem={problem}
      type="error"
      showIcon
      title={t(`mic.problem.${problem}`)}
      description={t(`mic.help.${problem}`)}
      action={
        problem === 'insecure' ? undefined : (
          <Button size="small" onClick={onRetry}>
            {t('mic.retry')}
          </Button>
        )
      }
    />
  );
}
