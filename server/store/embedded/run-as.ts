import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { StoreError } from '../errors.ts';

const run = promisify(execFile);
const ownUser = 'hotline-db';

/** The user PostgreSQL runs as; undefined = ours. PostgreSQL refuses to run as root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

async function lookUp(name: string): Promise<RunAs | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([user]) => user === name);
  const [uid, gid] = [Number(fields?.[2] ?? NaN), Number(fields?.[3] ?? NaN)];
  return Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 ? { uid, gid } : undefined;
}

async function createUser(): Promise<RunAs> {
  const attempts: readonly (readonly [string, readonly string[]])[] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ownUser]],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', ownUser]],
  ];
  const causes: unknown[] = [];
  for (const [program, args] of attempts) {
    await run(program, args).catch((error: unknown) => causes.push(error));
    const created = await lookUp(ownUser);
    if (created !== undefined) return created;
  }
  throw new StoreError(
    'start-failed',
    `PostgreSQL does not run as root, and no user "${ownUser}" could be made for it. Start as an ordinary user, or set DATABASE_URL.`,
    { cause: new AggregateError(causes) },
  );
}

/** As root: the owner of an existing database, else a user of PostgreSQL's, else one made for it. */
export async function chooseRunAs(clusterDir: string): Promise<RunAs | undefined> {
  const { uid } = userInfo();
  const owner = await stat(clusterDir).catch(() => undefined);
  if (uid !== 0) {
    if (owner !== undefined && uid >= 0 && owner.uid !== uid)
      throw new StoreError(
        'wrong-owner',
        `${clusterDir} belongs to another user (it was probably made by root). Start as that user or as root, or give the folder to this user with chown -R.`,
      );
    return undefined;
  }
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await lookUp(ownUser)) ?? (await lookUp('postgres')) ?? (await createUser());
}

/** Whether a user may pass through a folder and all folders above it. */
export async function canReach(folder: string, user: RunAs): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (dirname(at) === at) return true;
  }
}
