/** A local server that speaks the documented chat-completions protocol, and can misbehave. */
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  };
}

export type Behaviour =
  | { readonly type: 'say'; readonly content: string }
  | { readonly type: 'status'; readonly status: number }
  | { readonly type: 'raw'; readonly text: string }
  | { readonly type: 'silent' };

export interface ChatServer {
  readonly url: string;
  readonly asked: Asked[];
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

export async function startChatServer(): Promise<ChatServer> {
  const asked: Asked[] = [];
  let behaviour: Behaviour = { type: 'silent' };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString('utf8')));
    request.on('end', () => {
      asked.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) as Asked['body'] });
      if (behaviour.type === 'silent') return;
      response.writeHead(behaviour.type === 'status' ? behaviour.status : 200, { 'content-type': 'application/json' });
      if (behaviour.type === 'raw') response.end(behaviour.text);
      else if (behaviour.type === 'status') response.end('{"error":{"message":"x"}}');
      else response.end(completion(behaviour.content));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    asked,
    behave: (next) => {
      behaviour = next;
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => {
          done();
        });
      }),
  };
}

const completion = (content: string): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'test',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
