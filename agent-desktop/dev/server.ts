/**
 * A stage for looking at the built pages without the real server: `npx tsx agent-desktop/dev/server.ts [port]`.
 * `GET /dev/<scene>` moves the play on. Development only; nothing here is part of the product.
 */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { WebSocketServer } from 'ws';
import type { City } from '../../config/city.ts';
import { loadCity } from '../../config/load-city.ts';
import type { DraftField } from '../../server/drafts/types.ts';
import type { AgentView, Hello, PageToServer, ServerToPage } from '../../server/realtime/protocol.ts';
import {
  aside,
  callId,
  callView,
  caller,
  draftFor,
  fallbackCity,
  recentCalls,
  supervisorView,
  transcript,
} from './data.ts';
import { DevSip } from './sip.ts';

const port = Number(process.argv[2] ?? '12399');
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
if (!existsSync(dist)) throw new Error('build the pages first: npm run build:pages');

const me = { id: 'a0', login: 'demo', displayName: '陈晓', agentNumber: '1024', role: 'supervisor' } as const;
const sample = path.join(root, '..', 'config', 'sample', 'jiangcheng');
const city: City = await loadCity(sample).catch(() => fallbackCity);
let signedIn = true;
let hello: Hello = firstHello();

function agentView(): AgentView {
  return {
    agentId: me.id,
    displayName: me.displayName,
    agentNumber: me.agentNumber,
    intent: 'off',
    pauseReason: '',
    pausedBySystem: false,
    phone: 'idle',
    byPhone: false,
    sinceMs: Date.now(),
    callId: null,
  };
}

function firstHello(): Hello {
  return {
    serverNowMs: Date.now(),
    me,
    agent: agentView(),
    offer: null,
    call: null,
    transcript: [],
    draft: null,
    aside: null,
    openDrafts: [],
    line: { waiting: 4, longestWaitMs: 23_000, freeAgents: 2 },
    recognizer: { type: 'on', engine: 'dev' },
    byPhoneAllowed: true,
    dispositions: [{ code: 'ticket', key: '1', title: '已建工单', titleEn: 'Ticket' }],
  };
}

const app = express();
app.use(express.json());
const http = createServer(app);
const io = new Server<PageToServer, ServerToPage>(http, { path: '/socket' });
const sip = new DevSip();
const sipServer = new WebSocketServer({ noServer: true, handleProtocols: () => 'sip' });
http.on('upgrade', (request, socket, head) => {
  if (request.url?.startsWith('/sip') !== true) return;
  sipServer.handleUpgrade(request, socket, head, (ws) => {
    sip.attach(ws);
  });
});

app.get('/api/info', (_q, r) =>
  r.json({ cityName: '江城', hotlineNumber: '12345', phoneEnabled: true, version: '0.1.0' }),
);
app.get('/api/me', (_q, r) =>
  signedIn ? r.json({ me, csrfToken: 'x' }) : r.status(401).json({ code: 'not-logged-in' }),
);
app.post('/api/login', (q, r) => {
  const { password } = q.body as { password?: string };
  if (password !== 'demo') return r.status(401).json({ code: 'wrong-password', message: '用户名或密码不正确' });
  signedIn = true;
  return r.json({ me, csrfToken: 'x' });
});
app.post('/api/logout', (_q, r) => {
  signedIn = false;
  r.json({});
});
app.get('/api/city', (_q, r) => r.json(city));
app.get('/api/calls/recent', (_q, r) => r.json(recentCalls()));
app.get('/api/calls/:id', (_q, r) => {
  const t0 = Date.now() - 400_000;
  const events = [
    'call.arrived',
    'call.answered',
    'queue.joined',
    'agent.offered',
    'call.bridged',
    'ticket.created',
    'call.ended',
  ];
  r.json({
    timeline: events.map((type, i) => ({ seq: i + 1, callId: 'x', atMs: t0 + i * 4000, type })),
    transcript: transcript.slice(0, 7),
  });
});
app.get('/dev/:scene', async (q, r) => {
  await scene(q.params.scene);
  r.send('ok');
});
app.use(express.static(dist));
app.get(['/', '/supervisor', '/queue', '/phone'], (_q, r) => {
  r.sendFile(path.join(dist, 'index.html'));
});

async function scene(name: string): Promise<void> {
  const on = { type: 'on', engine: 'dev' } as const;
  const off = { type: 'off', reason: '识别模型没有找到，请运维检查 asr.model 目录。' } as const;
  switch (name) {
    case 'reset':
      sip.hangUp();
      signedIn = true;
      hello = firstHello();
      break;
    case 'signed-out':
      signedIn = false;
      break;
    case 'offer':
      hello = {
        ...hello,
        offer: {
          offerId: 'o1',
          callId,
          caller,
          queue: 'default',
          reason: '空闲最久',
          waitMs: 7200,
          expiresAtMs: Date.now() + 17_000,
          byPhone: null,
          cityCard: null,
        },
      };
      await sip.invite(callId, 'o1', false);
      break;
    case 'talking':
    case 'held':
    case 'agent-lost':
    case 'wrap-up':
      hello = { ...hello, offer: null, call: callView(name, on), transcript, draft: draftFor(city), aside };
      break;
    case 'off':
      hello = { ...hello, recognizer: off, call: callView('talking', off), transcript: [], draft: draftFor(city) };
      break;
    case 'idle':
      sip.hangUp();
      hello = { ...hello, call: null, draft: null, aside: null, openDrafts: [{ ...draftFor(city), callId: 'older' }] };
      break;
  }
  io.emit('hello', { ...hello, serverNowMs: Date.now() });
}

io.on('connection', (socket) => {
  listenToDraft(socket);
  socket.emit('hello', { ...hello, serverNowMs: Date.now() });
  socket.on('agent.set-intent', ({ intent, reason }, ack) => {
    hello = { ...hello, agent: { ...hello.agent, intent, pauseReason: reason, sinceMs: Date.now() } };
    ack({ ok: true, value: hello.agent });
  });
  socket.on('sip.credentials', (_p, ack) => {
    ack({
      ok: true,
      value: {
        uri: 'sip:agent@dev.invalid',
        username: 'agent',
        password: 'x',
        wsPath: '/sip',
        expiresAtMs: Date.now() + 60_000,
        iceServers: [],
      },
    });
  });
  socket.on('call.return', (_p, ack) => {
    void sip.invite(callId, 'o2', true);
    ack({ ok: true, value: {} });
  });
  socket.on('call.hold', (_p, ack) => {
    ack({ ok: true, value: {} });
    void scene('held');
  });
  socket.on('call.resume', (_p, ack) => {
    ack({ ok: true, value: {} });
    void scene('talking');
  });
  socket.on('call.hang-up', (_p, ack) => {
    ack({ ok: true, value: {} });
    sip.hangUp();
    void scene('wrap-up');
  });
  socket.on('ticket.confirm', (_p, ack) => {
    ack({ ok: true, value: { number: 'JC20261121-000123', ticketId: 't' } });
  });
  socket.on('wrap-up.finish', (_p, ack) => {
    ack({ ok: true, value: {} });
    void scene('idle');
  });
  socket.on('supervisor.watch', (_p, ack) => {
    ack({ ok: true, value: {} });
    socket.emit('supervisor', supervisorView());
  });
});

function listenToDraft(socket: Socket<PageToServer, ServerToPage>): void {
  socket.on('draft.edit', ({ field, value }, ack) => {
    if (hello.draft !== null) {
      const rev = hello.draft.rev + 1;
      const state = { ...hello.draft.fields[field], value, display: value, origin: 'agent' as const, evidence: [] };
      hello = { ...hello, draft: { ...hello.draft, rev, fields: { ...hello.draft.fields, [field]: state } } };
      socket.emit('draft', { callId, rev, fields: { [field]: state } });
      ack({ ok: true, value: { rev } });
    }
  });
  socket.on('draft.suggestion', ({ field, action }, ack) => {
    changeSuggestion(field, action === 'accept');
    ack({ ok: true, value: { rev: hello.draft?.rev ?? 0 } });
  });
}

function changeSuggestion(field: DraftField, accept: boolean): void {
  if (hello.draft === null) return;
  const rev = hello.draft.rev + 1;
  const before = hello.draft.fields[field];
  const value = accept && before.suggestion !== null ? before.suggestion.value : before.value;
  const state = { ...before, value, display: value, suggestion: null, origin: 'agent' as const };
  hello = { ...hello, draft: { ...hello.draft, rev, fields: { ...hello.draft.fields, [field]: state } } };
  io.emit('draft', { callId, rev, fields: { [field]: state } });
}

http.listen(port, '127.0.0.1', () => {
  process.stdout.write(
    `look at http://localhost:${String(port)} (scenes: /dev/offer, talking, held, wrap-up, off, idle)\n`,
  );
});
