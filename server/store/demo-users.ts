import { randomInt } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import type { Role, Store } from './ports.ts';

/** A log-in that was just made; the password exists nowhere else. */
export interface DemoLogin {
  readonly login: string;
  readonly password: string;
  readonly role: Role;
}

const people: readonly { login: string; displayName: string; agentNumber: string; role: Role }[] = [
  { login: 'agent1', displayName: '陈静', agentNumber: '1001', role: 'agent' },
  { login: 'agent2', displayName: '李明', agentNumber: '1002', role: 'agent' },
  { login: 'agent3', displayName: '王芳', agentNumber: '1003', role: 'agent' },
  { login: 'cloud1', displayName: '赵云', agentNumber: '1101', role: 'cloud' },
  { login: 'supervisor1', displayName: '周敏', agentNumber: '2001', role: 'supervisor' },
  { login: 'admin', displayName: '系统管理员', agentNumber: '9001', role: 'admin' },
];

/** Syllables that are easy to read out and to type; no letters or digits that look alike. */
const syllables =
  'ba bo da di du fa fu ga gu ha he hu ka ku la li lu ma mi mu na ni nu pa pu ra ru sa su ta tu wa wu ya'.split(' ');
const digits = '23456789';

function pick<T>(from: ArrayLike<T>): T {
  return from[randomInt(from.length)] as T;
}

/** e.g. `kumi-haru-suta-4827`: about 42 bits. */
function readablePassword(): string {
  const words = Array.from({ length: 3 }, () => pick(syllables) + pick(syllables));
  return [...words, Array.from({ length: 4 }, () => pick(digits)).join('')].join('-');
}

/** Makes the demo log-ins, on an empty database only. Returns what was made, to be shown once. */
export async function ensureDemoUsers(store: Pick<Store, 'users'>): Promise<readonly DemoLogin[]> {
  if ((await store.users.list()).length > 0) return [];
  return Promise.all(
    people.map(async (person) => {
      const password = readablePassword();
      await store.users.create({ ...person, passwordHash: await hash(password) });
      return { login: person.login, password, role: person.role };
    }),
  );
}
