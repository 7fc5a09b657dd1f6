/** Fields right on synthetic calls, off line: the recogniser's own code, the draft engine, known answers. */
import { loadCity } from '../../../config/load-city.ts';
import { createDraftEngine } from '../../../server/drafts/engine.ts';
import { openEar } from '../../../tools/eval-speech/listen.ts';
import { SYNTHETIC } from '../../../tools/eval-speech/report.ts';
import { accentsInTurn, clean, playCalls, type Condition, type Played } from '../../../tools/eval-speech/run.ts';
import { sharesOf, type Judged, type Shares } from '../../../tools/eval-speech/score.ts';
import { writeCalls } from '../../../tools/eval-speech/writing/write-calls.ts';
import type { Bench, Metrics } from '../bench.ts';
import { rounded } from '../stats.ts';

const CITY = 'config/sample/jiangcheng';
const MODEL = 'asr/models/demo-zh-8k';
const CALLS = 120;
/** Not the seed that `npm run eval:speech` begins with. */
const SEED = 20_261_127;

function metricsOf({ fields, cer }: Shares): Metrics {
  const right = (field: Judged): number => rounded(fields[field]?.recall ?? 0, 3);
  return {
    place: right('place'),
    classTop3: right('classTop3'),
    kind: right('kind'),
    number: right('callbackNumber'),
    cer: rounded(cer, 3),
  };
}

async function measure(condition: Condition, say: (line: string) => void): Promise<Metrics> {
  const city = await loadCity(CITY);
  const drafts = createDraftEngine(city);
  const ear = await openEar(MODEL, drafts);
  const calls = writeCalls(city, CALLS, SEED);
  say(`${CALLS} calls, ${condition.about}. ${SYNTHETIC}`);
  let done = 0;
  const onPlayed = (): void => {
    done++;
    if (done % 30 === 0) say(`${done} calls played`);
  };
  const { played, text } = await playCalls({ calls, conditions: [condition], ear, drafts, onPlayed });
  const scores = (list: readonly Played[]): Shares => sharesOf(list.map((p) => p.score));
  say(`the same calls without recognition (true words): ${JSON.stringify(metricsOf(scores(text)))}`);
  return metricsOf(scores(played));
}

export const speechFields: Bench = {
  name: 'speech-fields',
  about: 'share of fields right on synthetic calls, and character errors (demo model, espeak-ng voices)',
  limitMs: 900_000,
  run: (say) => measure(clean, say),
};

export const speechFieldsAccent: Bench = {
  name: 'speech-fields-accent',
  about: 'the same with seven accents in turn, made by sound substitution',
  limitMs: 900_000,
  run: (say) => measure(accentsInTurn, say),
};
