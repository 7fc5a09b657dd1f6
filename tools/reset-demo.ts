/** Removes the demo's data: the embedded database and the recordings. `--yes` skips the question. */
import { createHash } from 'node:crypto';
import { lstat, readFile, readlink, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { configSchema } from '../config/schema.ts';
import { describeOccupant, stopOrphan } from '../server/store/embedded/occupant.ts';

const systemDir = '/var/lib/hotline12345';

/** The data folder: an argument, the environment, or the default. */
function dataDirOf(args: readonly string[]): string {
  const given = args.find((a) => !a.startsWith('--'));
  return resolve(given ?? process.env['HOTLINE_DATA_DIR'] ?? configSchema.parse({}).dataDir);
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('Not a terminal: add --yes to go ahead.');
    return false;
  }
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await ask.question(question);
  ask.close();
  return ['y', 'yes'].includes(answer.trim().toLowerCase());
}

/** The database's real folder, when root had to put it where its user can reach it. */
async function movedDatabase(dataDir: string): Promise<string | undefined> {
  const link = join(dataDir, 'postgres');
  if (!(await lstat(link).catch(() => undefined))?.isSymbolicLink()) return undefined;
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const target = await readlink(link);
  // Only what we made ourselves is removed; a link an operator made keeps its target.
  return target === join(systemDir, `postgres-${id}`) ? target : undefined;
}

async function main(args: readonly string[]): Promise<number> {
  const dataDir = dataDirOf(args);
  const names = ['postgres', 'postgres.new', 'postgres.pw', 'postgres.password', 'postgres.log', 'recordings'];
  const clusterDir = (await movedDatabase(dataDir)) ?? join(dataDir, 'postgres');
  const occupant = await describeOccupant(clusterDir, join(dataDir, 'postgres.password'));
  if (occupant === 'server') {
    console.error(`A hotline server is using ${dataDir}. Stop it first (Ctrl+C where it runs), then try again.`);
    return 1;
  }
  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  console.log(
    `This removes the ${version === undefined ? '' : 'database, '}log-ins, calls, tickets and recordings in ${dataDir}.`,
  );
  if (!args.includes('--yes') && !(await confirmed('Go ahead? [y/N] '))) {
    console.log('Nothing was removed.');
    return 1;
  }
  if (occupant === 'orphan') await stopOrphan(clusterDir);
  const moved = await movedDatabase(dataDir);
  const paths = [...names.map((n) => join(dataDir, n)), ...(moved === undefined ? [] : [moved])];
  for (const path of paths) await rm(path, { recursive: true, force: true });
  console.log('Removed. The next npm start makes a new database and new log-ins.');
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
