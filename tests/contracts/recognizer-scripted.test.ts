import { ScriptedRecognizer } from '../../asr/engines/scripted/scripted-recognizer.ts';
import { recognizerContract } from './recognizer.contract.ts';

const script = { caller: ['我要投诉路灯不亮。'], agent: ['好的，请问地址在哪里？'] };

recognizerContract('scripted', async () => {
  const recognizer = new ScriptedRecognizer({ script, maxStreams: 4 });
  await recognizer.start();
  return {
    recognizer,
    maxStreams: 4,
    speed: 3,
    expected: ['投诉', '路灯'],
    crash: () => {
      recognizer.failStreams();
      return Promise.resolve();
    },
    dispose: () => recognizer.close(),
  };
});
