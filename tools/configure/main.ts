/** `npm run configure -- freeswitch|drachtio`: configuration files of the programs beside the server. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/load-config.ts';
import { drachtioFaults, drachtioFiles } from './drachtio-files.ts';
import { freeswitchFiles } from './freeswitch-files.ts';
import { freeswitchFaults } from './freeswitch-settings.ts';
import { drachtioSteps, freeswitchSteps } from './next-steps.ts';
import { parseCommand, USAGE, type DrachtioFlags, type FreeswitchFlags } from './options.ts';
import { drachtioSecretFile, drachtioSettings, freeswitchSettings, numberFaults, secretFiles } from './settings.ts';
import { isEmptyFolder, secretIn, writeFiles } from './write.ts';

const SAMPLE_MUSIC = join(dirname(fileURLToPath(import.meta.url)), '../../ivr/prompts/zh-CN/music.wav');

class Fault extends Error {}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new Fault(`Nothing was written:\n${faults.map((f) => `  ${f}`).join('\n')}`);
}

function outDir(flags: { readonly out?: string | undefined; readonly force: boolean }, otherwise: string): string {
  const dir = resolve(flags.out ?? otherwise);
  refuse(isEmptyFolder(dir) || flags.force ? [] : [`${dir} is not empty; --force writes over it`]);
  return dir;
}

function configureFreeswitch(flags: FreeswitchFlags): string {
  const config = loadConfig({ env: process.env });
  refuse([
    ...numberFaults(flags),
    ...(/^[a-z0-9-]{1,63}$/.test(flags.name) ? [] : ['--name must be letters, digits and dashes']),
  ]);
  const dir = outDir(flags, `freeswitch-${flags.name}`);
  // Secrets are only made once everything else is right.
  const dummy = { eventSocketPassword: 'x'.repeat(20), directoryToken: 'x'.repeat(20) };
  refuse(freeswitchFaults(freeswitchSettings(config, flags, dummy)));
  const files = secretFiles(config, flags.name, dir);
  const secrets = {
    eventSocketPassword: secretIn(files.eventSocketPassword),
    directoryToken: secretIn(files.directoryToken),
  };
  const settings = freeswitchSettings(config, flags, secrets);
  refuse(freeswitchFaults(settings));
  writeFiles(dir, freeswitchFiles(settings));
  if (flags['music-dir'] === undefined && existsSync(SAMPLE_MUSIC)) {
    mkdirSync(join(dir, 'music'), { recursive: true });
    copyFileSync(SAMPLE_MUSIC, join(dir, 'music/music.wav'));
  }
  return freeswitchSteps(settings, dir, files);
}

function configureDrachtio(flags: DrachtioFlags): string {
  const config = loadConfig({ env: process.env });
  refuse(numberFaults(flags));
  const dir = outDir(flags, 'drachtio');
  refuse(drachtioFaults(drachtioSettings(config, flags, 'x'.repeat(20))));
  const settings = drachtioSettings(config, flags, secretIn(drachtioSecretFile(config, dir)));
  refuse(drachtioFaults(settings));
  writeFiles(dir, drachtioFiles(settings));
  return drachtioSteps(settings, dir, resolve(drachtioSecretFile(config, dir)));
}

function run(): string {
  const command = parseCommand(process.argv.slice(2));
  switch (command.type) {
    case 'help':
      return USAGE;
    case 'wrong':
      throw new Fault(`${command.faults.join('\n')}\n\n${USAGE}`);
    case 'freeswitch':
      return configureFreeswitch(command.flags);
    case 'drachtio':
      return configureDrachtio(command.flags);
  }
}

try {
  process.stdout.write(run());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
