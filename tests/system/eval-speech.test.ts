/** `npm run eval:speech` from spoken words to a report: espeak-ng, the demo model, the draft. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Report } from '../../tools/eval-speech/report.ts';

const run = promisify(execFile);
const evaluate = (args: readonly string[]): Promise<{ stdout: string }> =>
  run(process.execPath, ['--import', 'tsx', 'tools/eval-speech/main.ts', ...args], { timeout: 60_000 });

const call = (id: string, text: string, fields: object): object => ({
  id,
  callerNumber: '13900001111',
  callerVoice: { variant: 'm6', wordsPerMinute: 165 },
  lines: [
    { side: 'agent', text: '您好，请问有什么可以帮您' },
    ...text.split('|').map((line) => ({ side: 'caller', text: line })),
  ],
  fields,
});
const calls = [
  call(
    'water',
    '你好，我们小区停水了，麻烦快点派人来修|我住在滨江街道锦绣花园三号楼|我的电话是幺三八，幺二三四，五六七八',
    {
      kind: '求助',
      classId: '停水',
      streetId: '滨江街道',
      communityId: '锦绣社区',
      callbackNumber: '13812345678',
    },
  ),
  call('noise', '你好，我要投诉|望江路工地夜间施工，吵得睡不着|我姓王', {
    kind: 'complaint',
    classId: 'c010201',
    streetId: 'binjiang',
    callerName: '王',
  }),
  call('wrong', '你好，我要投诉|路灯不亮', { kind: 'praise', callbackNumber: '' }),
];

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hotline-eval-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('hears three calls and tells what is right, what is wrong, and lets it be listened to', async () => {
  const file = join(dir, 'calls.json');
  await writeFile(file, JSON.stringify({ about: 'three calls', calls }));
  const { stdout } = await evaluate(['--calls', file, '--out', dir]);
  expect(stdout).toContain('Voices are synthetic');
  const report = JSON.parse(await readFile(join(dir, 'report.json'), 'utf8')) as Report;
  const all = report.conditions['as-given'];
  expect(all).toMatchObject({ calls: 3, fields: { place: { wanted: 2 }, callbackNumber: { wanted: 1 } } });
  // Not a single word would be right without the model; it is not perfect either.
  expect(all?.cer).toBeLessThan(0.25);
  expect(all?.fields.place?.right).toBe(2);
  expect(all?.fields.callbackNumber).toMatchObject({ right: 1, filled: 1 });
  const wrong = report.calls.find((c) => c.id === 'wrong');
  expect(wrong?.wrong).toMatchObject([{ field: 'kind', verdict: 'wrong', wanted: 'praise', got: 'complaint' }]);
  expect(existsSync(join(dir, wrong?.audio ?? 'none'))).toBe(true);
  expect(await readFile(join(dir, 'report.html'), 'utf8')).toContain(`src="${wrong?.audio ?? ''}"`);
}, 60_000);

it('refuses a file with a place that the city does not have, in plain words', async () => {
  const file = join(dir, 'bad.json');
  await writeFile(file, JSON.stringify({ calls: [call('bad', '停水了', { streetId: '南京路街道' })] }));
  await expect(evaluate(['--calls', file, '--out', dir])).rejects.toMatchObject({
    stderr: expect.stringContaining('bad: the city has no streetId "南京路街道"'),
  });
}, 60_000);
