import { Button, Modal, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LevelMeter } from '../../components/level-meter.tsx';
import { MicrophoneProblemNotice } from '../../components/microphone-problem.tsx';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';

export interface MicCheckProps {
  /** Ends in 示闲. */
  readonly thenAvailable: boolean;
  readonly onClose: () => void;
}

/** Before the first call of a shift: which microphone, does it hear me, how do I sound. */
export function MicCheck({ thenAvailable, onClose }: MicCheckProps): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { microphone } = session;
  const view = useStore(microphone.view);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    void microphone.open();
  }, [microphone]);
  const done = (): void => {
    session.setMicChecked();
    void session.phone.renewMicrophone();
    if (thenAvailable) void session.setIntent('available', '');
    onClose();
  };
  return (
    <Modal
      open
      title={t('mic.title')}
      width={520}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={[
        <Button key="later" onClick={onClose}>
          {t('mic.later')}
        </Button>,
        <Button key="ok" data-testid="mic-ok" type="primary" disabled={view.state !== 'open'} onClick={done}>
          {thenAvailable ? t('mic.okAvailable') : t('mic.ok')}
        </Button>,
      ]}
    >
      <div className="mic" data-testid="mic-check" data-state={view.state}>
        {view.state === 'asking' && <p role="status">{t('mic.asking')}</p>}
        {view.problem !== null && (
          <MicrophoneProblemNotice
            problem={view.problem}
            onRetry={() => {
              void microphone.open();
            }}
          />
        )}
        {view.state === 'open' && (
          <>
            <label>
              {t('mic.device')}
              <Select
                data-testid="mic-device"
                value={view.deviceId}
                options={view.devices.map((d) => ({ value: d.deviceId, label: d.label }))}
                onChange={(deviceId: string) => {
                  setHeard(false);
                  void microphone.open(deviceId);
                }}
              />
            </label>
            <p>{t('mic.speak')}</p>
            <LevelMeter
              microphone={microphone}
              label={t('mic.level')}
              onHeard={() => {
                setHeard(true);
              }}
            />
            <p role="status" className={heard ? 'mic-heard' : 'mic-quiet'}>
              {heard ? t('mic.heard') : t('mic.quiet')}
            </p>
            <PlayBack />
          </>
        )}
      </div>
    </Modal>
  );
}

/** Records three seconds and plays them: the only test that tells how one sounds. */
function PlayBack(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const audio = useRef<HTMLAudioElement>(null);
  const [step, setStep] = useState<'idle' | 'recording' | 'playing'>('idle');
  const record = async (): Promise<void> => {
    setStep('recording');
    const url = await session.microphone.sample(3000);
    if (url === null || audio.current === null) {
      setStep('idle');
      return;
    }
    audio.current.src = url;
    setStep('playing');
    await audio.current.play().catch(() => {
      setStep('idle');
    });
  };
  return (
    <div className="mic-playback">
      <Button data-testid="mic-record" disabled={step !== 'idle'} onClick={() => void record()}>
        {t('mic.record')}
      </Button>
      <span role="status">
        {step === 'recording' && t('mic.recording')}
        {step === 'playing' && t('mic.playing')}
      </span>
      <audio
        ref={audio}
        onEnded={(event) => {
          URL.revokeObjectURL(event.currentTarget.src);
          setStep('idle');
        }}
      />
    </div>
  );
}
