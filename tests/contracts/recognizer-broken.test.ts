/** The contract must notice recognisers that break it. */
import { describe, expect, it } from '@jest/globals';
import { ScriptedRecognizer } from '../../asr/engines/scripted/scripted-recognizer.ts';
import type { RecognizerStream, RecognizerStreamOptions } from '../../asr/ports.ts';
import { recognizerChecks, type RecognizerHarness } from './recognizer.contract.ts';

const script = { caller: ['我要投诉路灯不亮。'], agent: ['好的，请问地址在哪里？'] };

class NeverFinal extends ScriptedRecognizer {
  override open(options: RecognizerStreamOptions): RecognizerStream {
    return super.open({
      ...options,
      onUpdate: (update) => {
        options.onUpdate({ ...update, final: false });
      },
    });
  }
}

class SameRev extends ScriptedRecognizer {
  override open(options: RecognizerStreamOptions): RecognizerStream {
    return super.open({
      ...options,
      onUpdate: (update) => {
        options.onUpdate({ ...update, rev: 1 });
      },
    });
  }
}

class HidesLoss extends ScriptedRecognizer {
  override open(options: RecognizerStreamOptions): RecognizerStream {
    return super.open({
      ...options,
      onUpdate: (update) => {
        options.onUpdate({ ...update, gapBeforeMs: 0 });
      },
    });
  }
}

class MixesSides extends ScriptedRecognizer {
  override open(options: RecognizerStreamOptions): RecognizerStream {
    return super.open({ ...options, streamId: 'one-for-all' });
  }
}

class SilentDeath extends ScriptedRecognizer {
  override open(options: RecognizerStreamOptions): RecognizerStream {
    return super.open({ ...options, onEnd: () => undefined });
  }
}

class RepeatsFinals extends ScriptedRecognizer {
  override open(options: RecognizerStreamOptions): RecognizerStream {
    return super.open({
      ...options,
      onUpdate: (update) => {
        options.onUpdate({ ...update, rev: update.rev * 2 });
        if (update.final) options.onUpdate({ ...update, rev: update.rev * 2 + 1, text: `${update.text}！` });
      },
    });
  }
}

class ClaimsConfidence extends ScriptedRecognizer {
  override readonly capabilities = { ...new ScriptedRecognizer({ maxStreams: 1 }).capabilities, confidence: true };
}

class DeniesPartials extends ScriptedRecognizer {
  override readonly capabilities = { ...new ScriptedRecognizer({ maxStreams: 1 }).capabilities, partials: false };
}

class BreaksOnNoise extends ScriptedRecognizer {
  override open(options: RecognizerStreamOptions): RecognizerStream {
    const stream = super.open(options);
    return {
      end: () => stream.end(),
      push: (frame) => {
        if (frame.pcm.includes(32_767)) this.failStreams();
        else stream.push(frame);
      },
    };
  }
}

const broken = [
  { Kind: RepeatsFinals, caught: 'declares what it can do' },
  { Kind: ClaimsConfidence, caught: 'declares what it can do' },
  { Kind: DeniesPartials, caught: 'declares what it can do' },
  { Kind: BreaksOnNoise, caught: 'hears noise' },
  { Kind: NeverFinal, caught: 'brings the last final' },
  { Kind: SameRev, caught: 'turns speech into partials' },
  { Kind: HidesLoss, caught: 'marks lost audio' },
  { Kind: MixesSides, caught: 'keeps two streams apart' },
  { Kind: SilentDeath, caught: 'ends its streams as failed' },
] as const;

describe('Recognizer contract: broken adapters', () => {
  it.each(broken)(
    '$caught … fails for a recogniser that breaks it',
    async ({ Kind, caught }) => {
      const recognizer = new Kind({ script, maxStreams: 4 });
      await recognizer.start();
      const harness: RecognizerHarness = {
        recognizer,
        maxStreams: 4,
        speed: 2,
        expected: ['投诉', '路灯'],
        crash: () => {
          recognizer.failStreams();
          return Promise.resolve();
        },
        dispose: () => recognizer.close(),
      };
      const check = recognizerChecks.find(({ name }) => name.startsWith(caught));
      expect(check).toBeDefined();
      await expect(check?.run(harness)).rejects.toThrow();
      await recognizer.close();
    },
    30_000,
  );
});
