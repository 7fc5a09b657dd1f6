import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ensureDemoUsers } from '../../../../server/store/demo-users.ts';
import { parsePidFile } from '../../../../server/store/embedded/pid-file.ts';
import type { User, UserStore } from '../../../../server/store/ports.ts';
import { callRowChanges } from '../../../../server/store/postgres/call-row-changes.ts';
import { toJson } from '../../../../server/store/postgres/json.ts';
import type { CallEvent } from '../../../../server/timeline/events.ts';

describe('toJson', () => {
  it('changes nothing but NUL and half characters', () => {
    expect(toJson('a\0b')).toBe('"ab"');
    expect(toJson('\ud83d')).toBe('"\u{fffd}"');
    expect(toJson('👍')).toBe('"👍"');
    expect(JSON.parse(toJson('\\u0000'))).toBe('\\u0000');
    expect(JSON.parse(toJson('\\\0\\'))).toBe('\\\\');
  });

  it('keeps every other text', () => {
    const words = fc.string({ unit: 'binary' }).filter((s) => !s.includes('\0'));
    const kept = fc.property(words, (s) => {
      expect(JSON.parse(toJson({ s }))).toEqual({ s });
    });
    fc.assert(kept);
  });
});

describe('callRowChanges', () => {
  const event = (seq: number, body: object, callId = 'c'): CallEvent =>
    ({ ...body, callId, seq, atMs: seq * 10 }) as CallEvent;

  it('folds a batch into one change per call; the first bridge stands, the last agent too', () => {
    const changes = callRowChanges([
      event(1, { type: 'call.answered' }),
      event(2, { type: 'call.bridged', agentId: 'a', waitMs: 5 }),
      event(3, { type: 'agent.lost', agentId: 'a' }),
      event(4, { type: 'call.bridged', agentId: 'b', waitMs: 9 }),
      event(1, { type: 'call.ended', cause: 'failed', talkMs: 3 }, 'd'),
    ]);
    expect(changes).toEqual([
      { call_id: 'c', answered_at_ms: 10, bridged_at_ms: 20, wait_ms: 5, agent_id: 'b' },
      { call_id: 'd', ended_at_ms: 10, end_cause: 'failed', talk_ms: 3 },
    ]);
  });

  it('touches no row for events that change none', () => {
    expect(callRowChanges([event(1, { type: 'call.held', agentId: 'a' })])).toEqual([]);
  });
});

describe('parsePidFile', () => {
  it('reads what PostgreSQL writes, and refuses the rest', () => {
    expect(parsePidFile('123\n/data\n1700000000\n5432\n\n127.0.0.1\n  1 2\nready   \n')).toEqual({
      pid: 123,
      port: 5432,
      ready: true,
    });
    expect(parsePidFile('123\n/data\n1700000000\n5432\n\n127.0.0.1\n  1 2\nstarting\n')?.ready).toBe(false);
    expect(parsePidFile('123\n')).toEqual({ pid: 123, port: 0, ready: false });
    for (const text of ['', 'x\n', '-5\n', '0\n', '1\n']) expect(parsePidFile(text)).toBeUndefined();
  });
});

describe('ensureDemoUsers', () => {
  function users(): UserStore & { readonly rows: User[] } {
    const rows: User[] = [];
    return {
      rows,
      byLogin: () => Promise.resolve(undefined),
      byId: () => Promise.resolve(undefined),
      list: () => Promise.resolve(rows),
      create: ({ passwordHash, ...user }) => {
        expect(passwordHash).toMatch(/^\$argon2id\$/);
        const made = { ...user, id: user.login };
        rows.push(made);
        return Promise.resolve(made);
      },
    };
  }

  it('makes log-ins once, with passwords that differ and can be read out', async () => {
    const store = { users: users() };
    const logins = await ensureDemoUsers(store);
    expect(logins.map((l) => l.login)).toEqual(['agent1', 'agent2', 'agent3', 'cloud1', 'supervisor1', 'admin']);
    expect(new Set(logins.map((l) => l.password)).size).toBe(6);
    for (const l of logins) expect(l.password).toMatch(/^([a-z]{4}-){3}[2-9]{4}$/);
    expect(await ensureDemoUsers(store)).toEqual([]);
  });
});
