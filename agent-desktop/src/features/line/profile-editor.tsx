import { App, Button, Modal, Select } from 'antd';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import type { AgentProfileView, QueueView, SeatView } from '../../lib/types.ts';

export interface ProfileEditorProps {
  readonly seat: SeatView;
  readonly queues: readonly QueueView[];
  readonly onClose: () => void;
}

const levels = ['on-site', 'cloud', 'partner'] as const;
const usualLevel = 3;

/** What an agent can do; the next call goes by it. */
export function ProfileEditor({ seat, queues, onClose }: ProfileEditorProps): ReactElement {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { session } = useSession();
  const [profile, setProfile] = useState<AgentProfileView>(seat.profile);
  const save = async (): Promise<void> => {
    const result = await session.socket.request('agent.profile', { agentId: seat.agentId, profile });
    if (!result.ok) {
      void message.error(t('line.queue.failed', { message: result.message }));
      return;
    }
    void message.success(t('line.queue.saved'));
    onClose();
  };
  const setSkill = (name: string, level: number): void => {
    setProfile((p) => ({ ...p, skills: { ...p.skills, [name]: level } }));
  };
  return (
    <Modal
      open
      title={t('line.queue.profileOf', { name: seat.displayName })}
      onCancel={onClose}
      okText={t('line.queue.save')}
      cancelText={t('line.queue.cancel')}
      onOk={() => void save()}
    >
      <div className="profile">
        <label>
          {t('line.queue.profileLevel')}
          <Select
            value={profile.seatLevel}
            options={levels.map((value) => ({ value, label: t(`line.queue.level.${value}`) }))}
            onChange={(seatLevel) => {
              setProfile((p) => ({ ...p, seatLevel }));
            }}
          />
        </label>
        <label>
          {t('line.queue.profileQueues')}
          <Select
            mode="multiple"
            value={[...profile.queues]}
            options={queues.map((q) => ({ value: q.queue, label: q.title }))}
            onChange={(chosen: string[]) => {
              setProfile((p) => ({ ...p, queues: chosen }));
            }}
          />
        </label>
        <label>
          {t('line.queue.profileSkills')}
          <Select
            mode="tags"
            placeholder={t('line.queue.addSkill')}
            value={Object.keys(profile.skills)}
            onChange={(names: string[]) => {
              const skills = Object.fromEntries(names.map((n) => [n.trim(), profile.skills[n] ?? usualLevel]));
              setProfile((p) => ({ ...p, skills }));
            }}
          />
        </label>
        <ul className="profile-skills">
          {Object.entries(profile.skills).map(([name, level]) => (
            <li key={name}>
              <span>{name}</span>
              <span className="grow" />
              <span className="profile-levels">
                {[0, 1, 2, 3, 4, 5].map((n) => (
                  <Button
                    key={n}
                    size="small"
                    type={n === level ? 'primary' : 'default'}
                    aria-label={`${name} ${String(n)}`}
                    onClick={() => {
                      setSkill(name, n);
                    }}
                  >
                    {n}
                  </Button>
                ))}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Modal>
  );
}
