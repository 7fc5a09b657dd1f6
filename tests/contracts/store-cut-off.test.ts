import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect as dial, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import { pino } from 'pino';
import { connect, type Connection } from '../../server/store/postgres/connect.ts';
import { debianPostgresMissing, startDebianPostgres } from '../support/debian-postgres.ts';

/** A line to the database that goes silent: no FIN, no RST, nothing comes through. */
class SilentLine {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  silent = false;

  constructor(targetPort: number) {
    this.#server = createServer((near) => {
      const far = dial(targetPort, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (data) => {
          if (!this.silent) to.write(data);
        });
        from.on('error', () => undefined);
        from.on('close', () => to.destroy());
      }
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const missing = debianPostgresMissing();
const describeHere = missing === undefined ? describe : describe.skip;

describeHere(
  `a database that is cut off without a word${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let server: Awaited<ReturnType<typeof startDebianPostgres>>;
    let line: SilentLine;
    let connection: Connection | undefined;
    const opened = (): Connection => {
      if (connection === undefined) throw new Error('not connected');
      return connection;
    };
    const one = async (): Promise<unknown> => (await sql`select 1 as n`.execute(opened().db)).rows;

    beforeAll(async () => {
      server = await startDebianPostgres();
      const url = new URL(server.url);
      line = new SilentLine(Number(url.port));
      url.port = String(await line.listen());
      const quick = { query_timeout: 1_000, connectionTimeoutMillis: 3_000 };
      connection = await connect({ connectionString: url.href, max: 1, ...quick }, pino({ level: 'silent' }));
    }, 60_000);
    afterAll(async () => {
      await connection?.pool.end();
      await line.close();
      await server.stop();
    }, 60_000);

    it('has limits for connections, statements and answers, the server before us', () => {
      const { options } = opened().pool;
      expect(options).toMatchObject({ keepAlive: true, statement_timeout: 8_000 });
    });

    it('is noticed in time, and its connection is not used again', async () => {
      expect(await one()).toEqual([{ n: 1 }]);
      line.silent = true;
      const startMs = performance.now();
      await expect(one()).rejects.toThrow('Query read timeout');
      await expect(one()).rejects.toThrow(/timeout/);
      expect(performance.now() - startMs).toBeLessThan(8_000);
      // Closed, so no query can wait behind the one that was never answered.
      expect(opened().pool.totalCount).toBe(0);
      line.silent = false;
      expect(await one()).toEqual([{ n: 1 }]);
    });

    it('keeps the connection when the server answered, if only with an error', async () => {
      const pid = async (): Promise<unknown> => (await sql`select pg_backend_pid() as pid`.execute(opened().db)).rows;
      const before = await pid();
      await expect(sql`select 1 / 0`.execute(opened().db)).rejects.toMatchObject({ code: '22012' });
      expect(await pid()).toEqual(before);
    });
  },
);
