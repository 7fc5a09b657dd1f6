import { Button } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { api } from '../../lib/api.ts';
import { dayText } from '../../lib/format.ts';
import type { LearnedPlaceRow } from '../../lib/types.ts';

/** Place names learned from what agents have chosen: to be looked through and, if wrong, taken back. */
export function LearnedPlaces(): ReactElement | null {
  const { t } = useTranslation();
  const { session, city } = useSession();
  const [places, setPlaces] = useState<readonly LearnedPlaceRow[]>([]);
  const load = useCallback(async (): Promise<void> => {
    const reply = await api.learnedPlaces();
    if (reply.ok) setPlaces(reply.value);
  }, []);
  useEffect(() => {
    void api.learnedPlaces().then((reply) => {
      if (reply.ok) setPlaces(reply.value);
    });
  }, []);
  if (places.length === 0) return null;
  const nameOf = (id: string): string => city?.communities.find((c) => c.id === id)?.name ?? id;
  const set = async (id: string, state: 'used' | 'undone'): Promise<void> => {
    await api.setLearnedPlace(id, state, session.csrfToken);
    await load();
  };
  return (
    <section className="panel learned-places" data-testid="learned-places">
      <h2 className="panel-head">
        {t('aside.learned.title')} <span className="count">{places.length}</span>
      </h2>
      <ol className="rows">
        {places.map((place) => (
          <li key={place.id} data-testid="learned-place" data-state={place.state}>
            <div className="learned-row">
              <b className="row-main">{place.text}</b>
              <span>→ {nameOf(place.communityId)}</span>
              <span className="tag">{t(`aside.learned.state.${place.state}`)}</span>
              <span className="row-quiet num">
                {t('aside.learned.tickets', { n: place.tickets })} · {dayText(place.updatedAtMs)}
              </span>
              <span className="grow" />
              <Button size="small" onClick={() => void set(place.id, place.state === 'used' ? 'undone' : 'used')}>
                {t(place.state === 'used' ? 'aside.learned.undo' : 'aside.learned.use')}
              </Button>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
