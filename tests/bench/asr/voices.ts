/** What the callers of the recognition benches say: sentences of the sample city by espeak-ng, 8 kHz, each word's end known. */
import { createScriptWriter, type Script } from '../first-call/script.ts';

/** Different speakers; more streams hear them again at other moments. */
const SPEAKERS = 8;
const TURNS = 5;
/** Ends a sentence. */
const PAUSE_MS = 900;

export async function makeVoices(say: (line: string) => void): Promise<readonly Script[]> {
  say('espeak-ng speaks the callers');
  const writer = await createScriptWriter('config/sample/jiangcheng');
  return Array.from({ length: SPEAKERS }, (_, seed) => writer.write(seed + 1, TURNS, PAUSE_MS));
}
