// `npm test`: installs what the tests need when it may, then runs every Jest project and counts what was skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian package -> a file it brings. */
const needed = {
  'sip-tester': '/usr/bin/sipp',
  'baresip-core': '/usr/bin/baresip',
  chromium: '/usr/bin/chromium',
  'espeak-ng': '/usr/bin/espeak-ng',
  sox: '/usr/bin/sox',
  'redis-server': '/usr/bin/redis-server',
  postgresql: '/usr/lib/postgresql',
  'fonts-noto-cjk': '/usr/share/fonts/opentype/noto',
  procps: '/usr/bin/ps',
};

function installWhatIsMissing() {
  const missing = Object.entries(needed).flatMap(([name, path]) => (existsSync(path) ? [] : [name]));
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) =>
    spawnSync([...sudo, 'apt-get', ...args][0], [...sudo, 'apt-get', ...args].slice(1), {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  console.log(`installing for the tests: ${missing.join(' ')} …`);
  apt('update', '-qq');
  const done = apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
  if (done.status !== 0) {
    console.error(
      `\nThe tests need these Debian packages. Run:\n\n  sudo apt-get install --no-install-recommends ${missing.join(' ')}\n`,
    );
    process.exit(1);
  }
}

/** Servers and services that no Debian package brings: their tests are skipped where there is none, and counted. */
const mayLack = /freeswitch|drachtio|VOSK_URL|FUNASR_URL|GOOGLE_APPLICATION_CREDENTIALS/i;

installWhatIsMissing();
const pages = spawnSync(process.execPath, ['tools/start.mjs', '--build-only'], { stdio: 'inherit' });
if (pages.status !== 0) process.exit(1);

const only = process.argv.slice(2);
const report = join(tmpdir(), `hotline-jest-${process.pid}.json`);
let totals = { passed: 0, failed: 0, skipped: 0 };
const why = [];
/** Runs one project, or only some files of it; the report of Jest. */
function jest(project, args, files = []) {
  const all = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  all.push('--selectProjects', project, '--json', `--outputFile=${report}`, ...args);
  if (files.length > 0) all.push('--runTestsByPath', ...files);
  const run = spawnSync(process.execPath, all, { stdio: ['ignore', 'ignore', 'inherit'] });
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  rmSync(report, { force: true });
  if (result === undefined) {
    console.error(`${project}: the test runner ended with ${run.status} and no report`);
    process.exit(1);
  }
  return result.testResults;
}

/** Tests with real programs and real time share a noisy machine: a file that fails is run once more, from scratch. */
function twice(project, results) {
  const failed = results.filter((r) => r.status === 'failed').map((r) => r.name);
  if (project === 'unit' || failed.length === 0) return results;
  console.log(`second try: ${failed.join(' ')}`);
  const again = jest(project, ['--runInBand'], failed);
  return results.map((r) => again.find((second) => second.name === r.name) ?? r);
}

// Pure tests share the cores, and so do most tests with real programs: they wait more than they work. Those that
// compare what was heard with what was said have the machine for themselves.
const alone = ['tests/system/first-call.test.ts'];
const others = readdirSync('tests/system')
  .map((name) => `tests/system/${name}`)
  .filter((path) => path.endsWith('.test.ts') && !alone.includes(path));
const stages = [
  { project: 'unit', args: [], files: [] },
  { project: 'contracts', args: ['--maxWorkers=2'], files: [] },
  { project: 'system', args: ['--runInBand'], files: alone },
  { project: 'system', args: ['--maxWorkers=2'], files: others },
];
for (const { project, args, files } of stages) {
  if (only.length > 0 && !only.includes(project)) continue;
  console.log(`\n== ${project}`);
  for (const suite of twice(project, jest(project, args, files))) {
    const count = (status) => suite.assertionResults.filter((t) => t.status === status).length;
    totals.passed += count('passed');
    totals.failed += count('failed') + (suite.status === 'failed' && count('failed') === 0 ? 1 : 0);
    totals.skipped += count('pending');
    for (const t of suite.assertionResults) if (t.status === 'pending') why.push(t.fullName);
  }
}
for (const name of why) console.log(`skipped: ${name}`);
const unexpected = why.filter((name) => !mayLack.test(name));
for (const name of unexpected) console.error(`this test must not be skipped: ${name}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 || totals.passed === 0 || unexpected.length > 0 ? 1 : 0);
