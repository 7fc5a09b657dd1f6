import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../components/session-context.ts';
import { useNow } from '../../components/use-store.ts';
import { dayText, timeOfDay } from '../../lib/format.ts';
import './cloud.css';

const minuteMs = 60_000;

/** Who looked at this page and when, on every picture taken of it. */
export function Watermark(): ReactElement {
  const { t } = useTranslation();
  const { session } = useSession();
  const minute = Math.floor(useNow() / minuteMs) * minuteMs;
  const { displayName, agentNumber } = session.me;
  const time = `${dayText(minute)} ${timeOfDay(minute).slice(0, 5)}`;
  const words = t('line.cloud.watermark', { name: displayName, number: agentNumber, time });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="340" height="200"><text x="20" y="150" ` +
    `transform="rotate(-22 20 150)" font-family="sans-serif" font-size="15" fill="#1c2733" fill-opacity="0.09">` +
    `${escapeXml(words)}</text></svg>`;
  return (
    <div
      className="watermark"
      aria-hidden="true"
      data-testid="watermark"
      style={{ backgroundImage: `url("data:image/svg+xml,${encodeURIComponent(svg)}")` }}
    />
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
