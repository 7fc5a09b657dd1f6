/** Recognition in figures for `/metrics`, and the names that engines are told to expect. */
import type { Recognizer } from '../asr/ports.ts';
import type { City } from '../config/city.ts';

/** One line for each engine and figure: `vosk_billed_seconds` … */
export function recognitionCounters(recognizer: Pick<Recognizer, 'report'>): Readonly<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const line of recognizer.report()) {
    const name = line.engine.replaceAll('-', '_');
    figures[`${name}_ready`] = line.state === 'ready' ? 1 : 0;
    figures[`${name}_open_streams`] = line.openStreams;
    figures[`${name}_capacity`] = line.capacity;
    figures[`${name}_audio_seconds`] = Math.round(line.audioSeconds);
    figures[`${name}_billed_seconds`] = line.billedSeconds;
    figures[`${name}_failed_streams`] = line.failedStreams;
    figures[`${name}_take_overs`] = line.takeOvers;
  }
  return figures;
}

const SHORTEST = 2;

/** Streets, communities and departments: what is said often and heard badly. */
export function cityWords({ streets, communities, departments }: City): readonly string[] {
  const names = [...streets, ...communities, ...departments].map(({ name }) => name);
  return [...new Set(names)].filter((name) => name.length >= SHORTEST);
}
