import { describe, expect, test } from '@jest/globals';
import { describe as applySdp, destination, mayReport, receive } from '../../../../telephony/rtp/latch.ts';
import type { LatchState } from '../../../../telephony/rtp/latch.ts';

const sdp = { address: '10.0.0.5', port: 4000 };
const nat = { address: '203.0.113.9', port: 31_000 };
const stranger = { address: '198.51.100.1', port: 5 };
const open: LatchState = applySdp(undefined, sdp);

describe('symmetric RTP', () => {
  test('before any packet we send where the SDP says', () => {
    expect(destination(open)).toEqual(sdp);
  });

  test('the first packet locks, others are ignored', () => {
    const first = receive(open, nat);
    expect(first.accepted).toBe(true);
    expect(destination(first.state)).toEqual(nat);
    expect(receive(first.state, stranger)).toEqual({ state: first.state, accepted: false });
    expect(receive(first.state, nat).accepted).toBe(true);
  });

  test('the address of the SDP wins over a first packet, for good', () => {
    const stolen = receive(open, stranger);
    const right = receive(stolen.state, sdp);
    expect(right.accepted).toBe(true);
    expect(destination(right.state)).toEqual(sdp);
    expect(receive(right.state, stranger).accepted).toBe(false);
  });

  test('a new SDP with another address unlocks, the same one or none does not', () => {
    const locked = receive(open, nat).state;
    expect(applySdp(locked, sdp)).toBe(locked);
    expect(applySdp(locked, undefined)).toBe(locked);
    const moved = applySdp(locked, { address: '10.0.0.6', port: 4002 });
    expect(destination(moved)).toEqual({ address: '10.0.0.6', port: 4002 });
  });

  test('reports are taken from the same places only', () => {
    const locked = receive(open, nat).state;
    expect([sdp, nat, stranger].map((from) => mayReport(locked, from.address))).toEqual([true, true, false]);
    expect(mayReport({ name: 'open', described: undefined }, stranger.address)).toBe(false);
  });
});
