import { useCallback, useEffect, useRef, useState } from 'react';
import { useSession } from '../../components/session-context.ts';
import { useStore } from '../../components/use-store.ts';
import { mosOf, verdictOf } from '../../lib/mos.ts';
import type { LineVerdict } from '../../lib/mos.ts';
import type { LineQuality } from '../../lib/quality.ts';

export type CheckState = 'idle' | 'ringing' | 'measuring' | 'done' | 'silent' | 'refused';

export interface LineCheckResult {
  readonly state: CheckState;
  /** When the measuring ends, on this browser's clock. */
  readonly endsAtMs: number;
  readonly worst: LineQuality | null;
  readonly mos: number | null;
  readonly verdict: LineVerdict | null;
  readonly refusal: string;
  readonly start: () => void;
}

/** Nothing rings within this time: something is wrong with the line to the switch. */
const ringLimitMs = 9_000;

/** Has the page's phone rung by the server and judges the worst of what was measured. */
export function useLineCheck(): LineCheckResult {
  const { session } = useSession();
  const phone = useStore(session.phone.view);
  const [state, setState] = useState<CheckState>('idle');
  const [endsAtMs, setEndsAtMs] = useState(0);
  const [refusal, setRefusal] = useState('');
  const [worst, setWorst] = useState<LineQuality | null>(null);
  const lengthMs = useRef(0);
  const established = phone.session?.isCheck === true && phone.session.state === 'established';

  useEffect(() => {
    if (state === 'ringing' && established) {
      setState('measuring');
      setEndsAtMs(Date.now() + lengthMs.current);
    }
    if (state === 'measuring' && !established) setState(worst === null ? 'silent' : 'done');
  }, [state, established, worst]);

  useEffect(() => {
    const { quality } = phone;
    if (state !== 'measuring' || quality === null || quality.grade === 'silent') return;
    setWorst((before) => (before === null || mosOf(quality) < mosOf(before) ? quality : before));
  }, [state, phone]);

  useEffect(() => {
    if (state !== 'ringing') return;
    const timer = setTimeout(() => {
      setState('silent');
    }, ringLimitMs);
    return () => {
      clearTimeout(timer);
    };
  }, [state]);

  useEffect(() => {
    if (state !== 'done' || worst === null) return;
    const { roundTripMs, jitterMs, lossShare } = worst;
    void session.socket.request('line.report', { roundTripMs, jitterMs, lossShare, mos: mosOf(worst) });
  }, [state, worst, session]);

  const start = useCallback(() => {
    setWorst(null);
    setRefusal('');
    setState('ringing');
    void session.microphone.open();
    void session.socket.request('line-check.start', {}).then((result) => {
      if (result.ok) {
        lengthMs.current = result.value.lengthMs;
        return;
      }
      setRefusal(result.message);
      setState('refused');
    });
  }, [session]);

  const mos = worst === null ? null : mosOf(worst);
  return { state, endsAtMs, worst, mos, verdict: mos === null ? null : verdictOf(mos), refusal, start };
}
