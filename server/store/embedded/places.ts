import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readlink,
  realpath,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, fileFault } from '../errors.ts';
import { copyBinaries, findBinaries, type Binaries } from './binaries.ts';
import { canReach, chooseRunAs, type RunAs } from './run-as.ts';

/** Used only by root, when PostgreSQL's user cannot reach the data folder (below /root, say). */
const systemDir = '/var/lib/hotline12345';

/** Where one embedded database lives and how it is run. */
export interface Places {
  readonly binaries: Binaries;
  readonly runAs: RunAs | undefined;
  /** Real path of the database's folder; it may not exist yet. */
  readonly clusterDir: string;
  readonly logFile: string;
  readonly passwordFile: string;
}

/** Makes the data folder and proves that it can be written to. */
async function prepareDataDir(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    const probe = join(dataDir, `.write-probe-${randomBytes(4).toString('hex')}`);
    // More than a few bytes: a full disk lets an empty file be made.
    await writeFile(probe, Buffer.alloc(64 * 1024, 1));
    await unlink(probe);
    return await realpath(dataDir);
  } catch (error) {
    throw fileFault(error, dataDir);
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSymbolicLink() === true ? readlink(path) : undefined;
}

/** Moves the database (a link stays behind) and the programs to where their user can reach them. */
async function outOfReach(dataDir: string, binaries: Binaries): Promise<{ clusterDir: string; binaries: Binaries }> {
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  await mkdir(systemDir, { recursive: true, mode: 0o755 });
  await chmod(systemDir, 0o755);
  const clusterDir = join(systemDir, `postgres-${id}`);
  await symlink(clusterDir, join(dataDir, 'postgres')).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  return { clusterDir, binaries: await copyBinaries(binaries, systemDir) };
}

/**
 * A data folder of root's that is closed to everybody (0700) is opened to pass through, not to read, for the database's
 * group alone. Folders above it are not ours to change.
 */
async function admit(dataDir: string, runAs: RunAs): Promise<void> {
  const { mode, uid, gid } = await stat(dataDir);
  if (uid !== 0 || gid !== 0 || (mode & 0o001) !== 0) return;
  if (!(await canReach(dirname(dataDir), runAs))) return;
  await chown(dataDir, uid, runAs.gid);
  // The group gets nothing that root's group had.
  await chmod(dataDir, (mode & 0o707) | 0o010);
}

/** Decides who runs the database and where its files are. */
export async function findPlaces(dataDirOption: string): Promise<Places> {
  const dataDir = await prepareDataDir(dataDirOption);
  const own = join(dataDir, 'postgres');
  const linked = await linkTarget(own);
  const found = await findBinaries();
  const runAs = await chooseRunAs(linked ?? own);
  const common = {
    runAs,
    logFile: join(dataDir, 'postgres.log'),
    passwordFile: join(dataDir, 'postgres.password'),
  };
  if (runAs === undefined) return { ...common, clusterDir: linked ?? own, binaries: found };
  if (linked === undefined) await admit(dataDir, runAs);
  const reachable = linked === undefined && (await canReach(dataDir, runAs));
  const runnable = await canReach(join(found.root, 'bin'), runAs);
  if (reachable && runnable) return { ...common, clusterDir: own, binaries: found };
  if (reachable) return { ...common, clusterDir: own, binaries: await copyBinaries(found, systemDir) };
  return { ...common, ...(await outOfReach(dataDir, found)) };
}

/** The database's password: random, readable by us only. `undefined` when there is none yet. */
export async function readPassword(file: string): Promise<string | undefined> {
  try {
    const password = (await readFile(file, 'utf8')).trim();
    return password === '' ? undefined : password;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw fileFault(error, file);
  }
}
