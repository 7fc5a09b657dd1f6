import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileFault, StoreError } from '../errors.ts';
import { readPassword, type Places } from './places.ts';

const run = promisify(execFile);
export const databaseUser = 'hotline';
export const databaseName = 'postgres';

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The files of one major version of PostgreSQL cannot be read by another. */
async function checkVersion({ clusterDir, binaries }: Places): Promise<void> {
  const made = Number.parseInt(await readFile(join(clusterDir, 'PG_VERSION'), 'utf8'), 10);
  if (made !== binaries.major)
    throw new StoreError(
      'version-changed',
      `The database in ${clusterDir} was made by PostgreSQL ${made}, this is ${binaries.major}. Run the earlier release once to export it (pg_dump), or set DATABASE_URL.`,
    );
}

async function newPassword(file: string): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  await rm(file, { force: true });
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

function initFault(error: unknown, clusterDir: string): unknown {
  const stderr: unknown = error instanceof Error && 'stderr' in error ? error.stderr : '';
  const output = typeof stderr === 'string' ? stderr : '';
  if (output.includes('No space left on device'))
    return new StoreError('disk-full', `The disk that holds ${clusterDir} is full. Free some space and start again.`);
  if (output.includes('Permission denied'))
    return new StoreError(
      'not-writable',
      `PostgreSQL's user may not write to ${dirname(clusterDir)}. Check the rights of that folder.`,
    );
  return new StoreError(
    'start-failed',
    `The database could not be created in ${clusterDir}: ${output.trim().split('\n').at(-1) ?? 'no reason given'}`,
    { cause: error },
  );
}

/** Everything is made beside its place and then renamed, so that an interrupted first start leaves nothing half done. */
async function create(places: Places, password: string): Promise<void> {
  const { clusterDir, runAs, binaries } = places;
  const unfinished = `${clusterDir}.new`;
  const passwordCopy = `${clusterDir}.pw`;
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordCopy, { force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await writeFile(passwordCopy, `${password}\n`, { mode: 0o600 });
  if (runAs !== undefined) {
    await chown(unfinished, runAs.uid, runAs.gid);
    await chown(passwordCopy, runAs.uid, runAs.gid);
  }
  const args = ['-D', unfinished, '-U', databaseUser, '--auth=scram-sha-256', `--pwfile=${passwordCopy}`];
  const locale = ['-E', 'UTF8', '--locale=C', '--no-instructions'];
  try {
    await run(binaries.initdb, [...args, ...locale], { ...runAs, cwd: '/', env: { LC_ALL: 'C' } });
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw initFault(error, clusterDir);
  } finally {
    await rm(passwordCopy, { force: true });
  }
  await rename(unfinished, clusterDir);
}

/** Makes the database's files on the first start. Returns its password. */
export async function ensureCluster(places: Places, onProgress: (step: string) => void): Promise<string> {
  const { clusterDir, passwordFile } = places;
  try {
    if (await exists(join(clusterDir, 'PG_VERSION'))) {
      await checkVersion(places);
      const password = await readPassword(passwordFile);
      if (password !== undefined) return password;
      throw new StoreError(
        'wrong-password',
        `${passwordFile} is missing, and with it the password of the database. Put it back, or start afresh with npm run reset-demo.`,
      );
    }
    onProgress('creating the database (first start only)');
    const password = await newPassword(passwordFile);
    await create(places, password);
    return password;
  } catch (error) {
    throw fileFault(error, clusterDir);
  }
}
