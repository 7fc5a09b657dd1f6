/** All recorded flows through codec and adapter core: what a hotline is told of each. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEvent } from '../../../../telephony/esl/codec/event.ts';
import { FrameReader } from '../../../../telephony/esl/codec/frame-reader.ts';
import { ChannelCore, wantsEvent } from '../../../../telephony/freeswitch/channel-core.ts';
import { LegTable, newLeg } from '../../../../telephony/freeswitch/leg.ts';
import type { SwitchEvent } from '../../../../telephony/ports/switch.ts';
import { readTranscript, transcriptNames } from '../../../support/esl-transcript.ts';

const expectedFile = join(dirname(fileURLToPath(import.meta.url)), '../../../golden/esl/expected.json');

/** Everything that the core tells of a flow; legs it dialled itself are known from the commands. */
function replay(name: string): SwitchEvent[] {
  const legs = new LegTable();
  const core = new ChannelCore(legs);
  const events: SwitchEvent[] = [];
  const reader = new FrameReader();
  for (const record of readTranscript(name)) {
    if (record.from === 'client') dialled(record.bytes.toString(), legs);
    else
      for (const frame of reader.push(record.bytes)) {
        if (frame.headers.get('content-type') !== 'text/event-json') continue;
        const event = parseEvent(frame.body);
        if (event === undefined || !wantsEvent(event.name, frame.body)) continue;
        for (const effect of core.on(event)) if (effect.type === 'emit') events.push(effect.event);
      }
  }
  expect(reader.fault).toBeUndefined();
  return events;
}

function dialled(command: string, legs: LegTable): void {
  const legId = /^bgapi originate \{origination_uuid=([0-9a-f-]+)/.exec(command)?.[1];
  if (legId === undefined || command.includes('cc_role=tap') || legs.find(legId) !== undefined) return;
  legs.add(newLeg({ legId, direction: 'outbound', state: 'dialling', created: false }));
}

/** One line an event, legs named in order of appearance. */
function told(events: readonly SwitchEvent[]): string[] {
  const ids = new Map<string, string>();
  const nameOf = (id: string): string => {
    if (!ids.has(id)) ids.set(id, `leg${ids.size + 1}`);
    return ids.get(id) ?? '';
  };
  return events.map((event) => {
    const leg = 'legId' in event ? nameOf(event.legId) : '';
    switch (event.type) {
      case 'leg.bridged':
        return `${leg} bridged ${nameOf(event.peerLegId)}`;
      case 'leg.ended':
        return `${leg} ended ${event.cause} ${event.by} ${event.sipStatus}`;
      case 'leg.digit':
        return `${leg} digit ${event.digit}`;
      case 'leg.conferenced':
        return `${leg} conferenced ${event.conferenceId}`;
      case 'leg.quality':
        return `${leg} quality ${event.said.packets} packets ${event.said.lostPackets} lost`;
      case 'leg.incoming':
        return `${leg} incoming to ${event.to} by ${event.origin.type}`;
      case 'leg.ringing':
      case 'leg.answered':
      case 'leg.media-up':
      case 'play.started':
      case 'play.finished':
      case 'leg.parked':
      case 'leg.supervising':
      case 'leg.transfer-requested':
      case 'recording.started':
      case 'recording.finished':
      case 'endpoint.registered':
      case 'endpoint.unregistered':
        return `${leg} ${event.type.split('.')[1] ?? ''}`;
    }
  });
}

const expected = JSON.parse(readFileSync(expectedFile, 'utf8')) as Record<string, string[]>;

describe('recorded calls', () => {
  it.each(transcriptNames())('%s', (name) => {
    const events = replay(name);
    expect(told(events)).toEqual(expected[name]);
    // In this one flow the recording client used a UUID twice.
    if (name === '14_xml_curl') return;
    const ended = new Set<string>();
    for (const event of events) {
      if (!('legId' in event)) continue;
      expect(ended.has(event.legId)).toBe(false);
      if (event.type === 'leg.ended') ended.add(event.legId);
    }
  });
});
