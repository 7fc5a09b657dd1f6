import { PhoneFilled, PhoneOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyCap, WithKey } from '../../components/key-hint.tsx';
import { useSession } from '../../components/session-context.ts';
import { CountdownRing } from '../../components/timer.tsx';
import { useStore } from '../../components/use-store.ts';
import { clockText } from '../../lib/format.ts';
import type { OfferView } from '../../lib/types.ts';
import { CallerNumber } from './caller-number.tsx';
import { placeOf } from './caller-place.ts';

/** Who calls, why it came here, how long it still rings; 接听 is the largest thing on the page. */
export function OfferBand({ offer }: { readonly offer: OfferView }): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const { answeringOfferId, decliningOfferId } = useStore(session.page);
  const answering = answeringOfferId === offer.offerId;
  const declining = decliningOfferId === offer.offerId;
  const { history } = offer.caller;
  const last = history.tickets[0];
  const announce = t('offer.announce', { number: offer.caller.maskedNumber, reason: offer.reason });
  return (
    <section className="offer" data-testid="offer-band" data-call-id={offer.callId} aria-label={t('offer.title')}>
      <p className="sr-only" role="alert">
        {announce}
      </p>
      <CountdownRing
        untilMs={offer.expiresAtMs}
        totalMs={offer.byPhone === null ? 20_000 : 28_000}
        size={72}
        warnMs={5000}
        label={t('offer.title')}
      />
      <div className="offer-who">
        <div className="offer-line">
          <PhoneFilled className="offer-bell" aria-hidden="true" />
          <span className="offer-title">{t('offer.title')}</span>
          <CallerNumber key={offer.offerId} caller={offer.caller} />
          {history.callerName !== '' && <span className="offer-name">{history.callerName}</span>}
          <span className="offer-place">{placeOf(offer.caller)}</span>
        </div>
        <div className="offer-line offer-more">
          {offer.byPhone !== null && (
            <b data-testid="offer-phone" data-state={offer.byPhone}>
              {t(`byPhone.offer.${offer.byPhone}`)}
            </b>
          )}
          <span className="offer-reason">{offer.reason}</span>
          <span>{t('offer.waited', { time: clockText(offer.waitMs) })}</span>
          <span>{history.callsIn90Days > 0 ? t('offer.earlier', { n: history.callsIn90Days }) : t('offer.first')}</span>
          {last !== undefined && (
            <span className="ellipsis">{t('offer.lastMatter', { text: last.fields.classId.display })}</span>
          )}
        </div>
      </div>
      <div className="offer-actions">
        <WithKey tip={t('keys.decline')} keys="Esc">
          <Button
            data-testid="decline"
            className="offer-decline"
            disabled={answering}
            loading={declining}
            icon={<PhoneOutlined rotate={225} />}
            onClick={() => void session.decline()}
          >
            {declining ? t('offer.declining') : t('offer.decline')} <KeyCap>Esc</KeyCap>
          </Button>
        </WithKey>
        <WithKey tip={t('keys.answer')} keys="Enter">
          <Button
            data-testid="answer"
            className="offer-answer"
            type="primary"
            loading={answering}
            disabled={declining || offer.byPhone === 'ringing'}
            icon={<PhoneFilled />}
            onClick={() => {
              session.answer();
            }}
          >
            {answering ? t('offer.answering') : t('offer.answer')} <KeyCap>Enter</KeyCap>
          </Button>
        </WithKey>
      </div>
    </section>
  );
}
