import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { HelperDesk } from '../../../../server/calls/helper-desk.ts';
import type { LiveCall } from '../../../../server/calls/live-call.ts';
import type { DraftInput } from '../../../../server/drafts/types.ts';
import { ChatClient } from '../../../../server/helper/chat-client.ts';
import { startChatServer, type ChatServer } from '../../../support/chat-server.ts';
import { city, segmentOf, talk } from '../../drafts/support.ts';

let server: ChatServer;
beforeEach(async () => {
  server = await startChatServer();
});
afterEach(async () => {
  await server.close();
});

const client = (more: Partial<ConstructorParameters<typeof ChatClient>[0]> = {}): ChatClient =>
  new ChatClient({ url: server.url, model: 'test-model', key: 'secret', deadlineMs: 2_000, ...more });
const hello = [{ role: 'user', content: '你好' }] as const;

describe('asking the service', () => {
  it('speaks the protocol: path, model, key, messages', async () => {
    server.behave({ type: 'say', content: '{"a":1}' });
    expect(await client().ask(hello)).toEqual({ ok: true, content: '{"a":1}' });
    expect(server.asked[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer secret' },
      body: { model: 'test-model', temperature: 0, messages: hello, response_format: { type: 'json_object' } },
    });
    await client({ key: null }).ask(hello);
    expect(server.asked[1]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['late', { type: 'silent' }],
    ['refused', { type: 'status', status: 500 }],
    ['not-understood', { type: 'raw', text: 'oops' }],
    ['not-understood', { type: 'raw', text: '{"choices":[]}' }],
    ['not-understood', { type: 'raw', text: `{"choices":[{"message":{"content":"${'x'.repeat(300_000)}"}}]}` }],
    // Right in itself, and longer than anybody reads.
    [
      'not-understood',
      { type: 'raw', text: `{"pad":"${'x'.repeat(300_000)}","choices":[{"message":{"content":"a"}}]}` },
    ],
  ] as const)('%s: told, never thrown', async (why, behaviour) => {
    server.behave(behaviour);
    expect(await client({ deadlineMs: 150 }).ask(hello)).toEqual({ ok: false, why });
  });

  it('nobody there', async () => {
    await server.close();
    expect(await client().ask(hello)).toEqual({ ok: false, why: 'unreachable' });
  });

  it('leaves a service alone that fails again and again, and tries it later', async () => {
    let nowMs = 0;
    const asking = client({ nowMs: () => nowMs });
    server.behave({ type: 'status', status: 503 });
    for (let i = 0; i < 3; i += 1) {
      nowMs += 2_000;
      expect(await asking.ask(hello)).toMatchObject({ why: 'refused' });
    }
    expect(await asking.ask(hello)).toEqual({ ok: false, why: 'resting' });
    expect(server.asked).toHaveLength(3);
    nowMs += 11_000;
    server.behave({ type: 'say', content: 'x' });
    expect(await asking.ask(hello)).toMatchObject({ ok: true });
    expect(await asking.ask(hello)).toMatchObject({ ok: true });
  });
});

describe('from the talk to the draft', () => {
  it('asks about the redacted talk and hands the draft what is true', async () => {
    const lines = ['C:楼下烧烤店油烟很大', 'A:请问您贵姓', 'C:我姓欧阳，电话13812345678'];
    const told: DraftInput[] = [];
    let done = (): void => undefined;
    const answered = new Promise<void>((resolve) => (done = resolve));
    const call = {
      closed: false,
      segments: new Map(lines.map((line, i) => [`s${i}`, { ...segmentOf(line, i), final: true }])),
      history: { callerName: '' },
      draft: {
        draft: talk(lines).draft,
        hear: (input: DraftInput) => {
          told.push(input);
          done();
        },
      },
      runner: { callId: 'call-1' },
    } as unknown as LiveCall;
    const content = { classId: 'c010101', classQuotes: [{ line: 1, words: '油烟很大' }], summary: null };
    server.behave({ type: 'say', content: JSON.stringify(content) });
    const asking = client();
    const desk = new HelperDesk({
      ask: (messages) => asking.ask(messages),
      catalogue: city.catalogue,
      callOf: () => call,
      everyMs: 1,
      maxAtOnce: 1,
      logger: pino({ level: 'silent' }),
    });
    const segment = { side: 'caller' } as never;
    desk.hear({ type: 'speech.final', callId: 'call-1', seq: 1, atMs: 0, segment });
    await answered;
    const sent = JSON.stringify(server.asked[0]?.body.messages[1]);
    expect(sent).toContain('油烟很大');
    expect(sent).not.toMatch(/欧阳|13812345678/);
    expect(told).toEqual([
      { type: 'helper', finding: { classId: expect.objectContaining({ value: 'c010101' }), summary: null } },
    ]);
    desk.close();
  });
});
