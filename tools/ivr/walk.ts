/** A caller in the terminal: the real runner over a switch that prints what is said. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { FlowContext } from '../../ivr/core/flow-types.ts';
import { FlowRunner } from '../../ivr/runner.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Ends when the flow does, or with the input. Letters are speech, digits are keys; an empty line hangs up. */
export async function walk(context: FlowContext, textsFile: string): Promise<void> {
  const texts = JSON.parse(await readFile(textsFile, 'utf8')) as Readonly<Record<string, string>>;
  const terminal = createInterface({ input: process.stdin });
  const over = new Promise<void>((resolve) => {
    const runner = new FlowRunner({
      context,
      callId: 'walk',
      legId: 'walk',
      nowMs: () => Date.now(),
      files: (prompts) => prompts,
      switch: {
        play: (_leg, { playId, files }) => {
          print(`  「${files.map((name) => texts[name] ?? name).join('')}」`);
          setImmediate(() => {
            runner.playFinished(playId, 'completed');
          });
          return Promise.resolve();
        },
        stopPlay: () => Promise.resolve(),
      },
      host: {
        tell: (event) => {
          print(`· ${JSON.stringify(event)}`);
        },
        exit: (exit) => {
          print(`→ ${JSON.stringify(exit)}`);
          runner.stop();
          resolve();
        },
        lookUp: (question) => {
          if (question.type === 'incident') return Promise.resolve({ type: 'incident', incident: null });
          if (question.type === 'call-back') return Promise.resolve({ type: 'call-back', accepted: true });
          const today = new Date().toISOString().slice(0, 10);
          const ticket = { state: 'accepted', acceptedDate: today, dueDate: '' };
          return Promise.resolve({ type: 'progress', ticket: question.ticket === '' ? null : ticket });
        },
        listen: (on) => {
          print(on ? '  (listening: type words)' : '  (not listening any more)');
        },
        record: (on) => {
          print(on ? '  (recording)' : '  (recorded)');
        },
        prompt: () => undefined,
        failed: (effect, error) => {
          print(`! ${effect}: ${String(error)}`);
        },
      },
    });
    terminal.on('line', (line) => {
      if (line === '') {
        runner.stop();
        resolve();
      } else if (/^[0-9*#]+$/.test(line)) for (const digit of line) runner.digit(digit);
      else runner.heard(line, [], true);
    });
    terminal.on('close', resolve);
    runner.start(true);
  });
  await over;
  terminal.close();
}
