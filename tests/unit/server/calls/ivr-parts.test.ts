/** What the server gives to a call flow: tickets by number, incidents, messages, ears. */
import { describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import type { Recognizer, RecognizerStreamOptions } from '../../../../asr/ports.ts';
import { calendarSchema } from '../../../../ivr/core/calendar.ts';
import { newSeat, type SeatState } from '../../../../server/calls/core/seat.ts';
import { IvrEars } from '../../../../server/calls/ivr-ears.ts';
import { PlannedIncidents } from '../../../../server/calls/ivr-incidents.ts';
import { StoredTicketProgress } from '../../../../server/calls/ivr-progress.ts';
import { VoicemailDesk, type VoicemailDeskParts } from '../../../../server/calls/ivr-voicemail.ts';
import { emptyDraft } from '../../../../server/drafts/engine.ts';
import type { TicketRow } from '../../../../server/store/ports.ts';
import type { TapFrame } from '../../../../telephony/ports/switch.ts';

const ticket = (change: Partial<TicketRow> = {}): TicketRow => ({
  ...{ id: 't1', number: 'JC20261102-000123', callId: 'c1', createdAtMs: Date.UTC(2026, 10, 1, 17, 0), agentId: 'a1' },
  ...{ status: 'accepted', fields: {} as TicketRow['fields'], confidential: false, note: '', callerNumber: '138' },
  ...change,
});
const progress = (row: TicketRow): StoredTicketProgress =>
  new StoredTicketProgress({
    tickets: { byNumber: (number) => Promise.resolve(number === row.number ? row : undefined) },
    calendar: calendarSchema.parse({ timetables: {} }),
    prefix: 'JC',
  });

describe('a ticket by the number that was typed', () => {
  it('tells state and day, by the city’s clock, and nothing else', async () => {
    expect(await progress(ticket()).find('20261102000123', { number: '' })).toEqual({
      state: 'accepted',
      acceptedDate: '2026-11-02',
      dueDate: '',
    });
  });

  it.each(['20261102000124', '2026110200012', '202611020001234', '', "1' or '1'='1"])(
    'knows nothing of %j',
    async (typed) => {
      expect(await progress(ticket()).find(typed, { number: '138' })).toBeNull();
    },
  );

  it('tells of a confidential one only to the number it came from', async () => {
    const secret = progress(ticket({ confidential: true }));
    const typed = '20261102000123';
    expect(await secret.find(typed, { number: '139' })).toBeNull();
    expect(await secret.find(typed, { number: '' })).toBeNull();
    expect(await secret.find(typed, { number: '138' })).not.toBeNull();
    const unknown = progress(ticket({ confidential: true, callerNumber: '' }));
    expect(await unknown.find(typed, { number: '' })).toBeNull();
  });
});

describe('the incident of the moment', () => {
  it('is what a plan says first, as far as it is recorded', () => {
    let sayFirst: readonly string[] = [];
    const incidents = new PlannedIncidents(() => ({ sayFirst }), new Set(['water', 'power']));
    expect(incidents.current()).toBeNull();
    sayFirst = ['water', 'unheard-of'];
    expect(incidents.current()).toEqual({ incidentId: 'water', prompts: ['water'] });
    sayFirst = ['unheard-of'];
    expect(incidents.current()).toBeNull();
  });
});

const seat = (agentId: string, sinceMs: number, change: Partial<SeatState> = {}): SeatState => ({
  ...newSeat(agentId, sinceMs),
  intent: 'available',
  registered: true,
  ...change,
});

interface Rig {
  readonly desk: VoicemailDesk;
  readonly seats: SeatState[];
  readonly saved: string[];
  readonly given: string[];
  fails: boolean;
}
function rig(unclaimed: readonly string[] = []): Rig {
  const seats: SeatState[] = [];
  const [saved, given]: [string[], string[]] = [[], []];
  const made: { fails: boolean } = { fails: false };
  const store: VoicemailDeskParts['store'] = {
    load: () => Promise.resolve(undefined),
    save: (draft, agentId) => {
      if (made.fails) return Promise.reject(new Error('the database is away'));
      saved.push(`${draft.callId}:${agentId ?? ''}`);
      return Promise.resolve();
    },
    unclaimedMessages: () => Promise.resolve(unclaimed),
  };
  const desk = new VoicemailDesk({
    ...{ store, draftOf: () => undefined, seats: () => seats, logger: pino({ enabled: false }) },
    given: (draft, agentId) => given.push(`${draft.callId}:${agentId}`),
  });
  return Object.assign(made, { desk, seats, saved, given });
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('messages', () => {
  it('go to whoever has been free the longest', async () => {
    const { desk, seats, given } = rig();
    seats.push(seat('late', 50), seat('busy', 1, { work: { type: 'talking', callId: 'x' } }), seat('early', 10));
    seats.push(seat('paused', 2, { intent: 'paused' }), seat('away', 3, { registered: false }));
    desk.left({ callId: 'c1' });
    await settle();
    expect(given).toEqual(['c1:early']);
    expect(desk.holds('c1')).toBe(false);
  });

  it('go first, in turn, to those whose line is too poor for calls and who are at their page', async () => {
    const { desk, seats, given } = rig();
    const poor = { intent: 'paused', pauseReason: '线路差，只做文字工作', hasPage: true, registered: false } as const;
    seats.push(
      seat('free', 1),
      seat('lunch', 2, { ...poor, pauseReason: '用餐' }),
      seat('gone', 3, { ...poor, hasPage: false }),
    );
    seats.push(seat('writer1', 50, poor), seat('writer2', 60, poor));
    for (const callId of ['c1', 'c2', 'c3']) desk.left({ callId });
    await settle();
    expect(given).toEqual(['c1:writer1', 'c2:writer2', 'c3:writer1']);
  });

  it('wait for somebody to be free, each given once', async () => {
    const { desk, seats, given } = rig();
    desk.left({ callId: 'c1' });
    desk.left({ callId: 'c2' });
    await settle();
    expect([given, desk.waiting, desk.holds('c1')]).toEqual([[], 2, true]);
    seats.push(seat('a1', 1));
    desk.seatChanged();
    desk.seatChanged();
    await settle();
    expect(given).toEqual(['c1:a1', 'c2:a1']);
  });

  it('of an earlier run are found again', async () => {
    const { desk, seats, saved } = rig(['old']);
    seats.push(seat('a1', 1));
    await desk.start();
    await settle();
    expect(saved).toEqual(['old:a1']);
  });

  it('are given later when the database is away', async () => {
    const made = rig();
    made.seats.push(seat('a1', 1));
    made.fails = true;
    made.desk.left({ callId: 'c1' });
    await settle();
    expect(made.given).toEqual([]);
    made.fails = false;
    made.desk.seatChanged();
    await settle();
    expect(made.given).toEqual(['c1:a1']);
    made.desk.close();
  });

  it('of callers who were put through after all are theirs who talk to them', async () => {
    const assign = jest.fn();
    const given = jest.fn();
    const draft = { agentId: 'a9', draft: emptyDraft('c1'), assign } as unknown as ReturnType<
      VoicemailDeskParts['draftOf']
    >;
    const store = {
      load: jest.fn(),
      save: jest.fn(),
      unclaimedMessages: jest.fn(),
    } as unknown as VoicemailDeskParts['store'];
    const desk = new VoicemailDesk({
      ...{ store, given, draftOf: () => draft, seats: () => [seat('a1', 1)], logger: pino({ enabled: false }) },
    });
    desk.left({ callId: 'c1' });
    await settle();
    expect([assign.mock.calls.length, given.mock.calls.length, desk.waiting]).toEqual([0, 0, 0]);
  });
});

describe('ears', () => {
  const frame = (side: TapFrame['side']): TapFrame => ({ side, atMs: 0, pcm: new Int16Array(160), gapBeforeMs: 0 });

  function ears(ready: boolean): {
    ears: IvrEars;
    log: string[];
    tapped: () => ((frame: TapFrame) => void) | null;
    options: () => RecognizerStreamOptions | undefined;
  } {
    const log: string[] = [];
    let listener: ((frame: TapFrame) => void) | null = null;
    let options: RecognizerStreamOptions | undefined;
    const recognizer = {
      state: { type: ready ? 'ready' : 'starting' },
      open: (given: RecognizerStreamOptions) => {
        options = given;
        return { push: () => log.push('pushed'), end: () => Promise.resolve(log.push('ended')) };
      },
    } as unknown as Recognizer;
    const made = new IvrEars({
      ...{ callId: 'c1', recognizer },
      tap: (to) => {
        listener = to;
      },
      heard: (text) => log.push(text),
      off: () => log.push('off'),
    });
    return { ears: made, log, tapped: () => listener, options: () => options };
  }
  const update = { side: 'caller', segmentId: 's', rev: 1, final: true, text: '社保', startMs: 0, endMs: 1 } as const;
  const rest = { tokens: [], syllables: [], engine: 'x', gapBeforeMs: 0 };

  it('hear the caller only, and only while a question is open', () => {
    const { ears: made, log, tapped, options } = ears(true);
    made.listen(true);
    tapped()?.(frame('said'));
    tapped()?.(frame('heard'));
    options()?.onUpdate({ ...update, ...rest });
    made.listen(false);
    options()?.onUpdate({ ...update, ...rest });
    expect(log).toEqual(['pushed', '社保', 'ended']);
    expect(tapped()).toBeNull();
  });

  it('say so, a moment later, when nobody can listen', async () => {
    const off = ears(false);
    off.ears.listen(true);
    expect(off.log).toEqual([]);
    await settle();
    expect(off.log).toEqual(['off']);
    const died = ears(true);
    died.ears.listen(true);
    died.options()?.onEnd('failed');
    await settle();
    expect(died.log).toEqual(['off']);
  });
});
