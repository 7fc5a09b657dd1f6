/** What Google Cloud Speech-to-Text v1 answers, checked and in our words. Pure. */
import { z } from 'zod';
import type { HeardWord } from '../remote/channel.ts';

/** google.protobuf.Duration as the client gives it: seconds may be a string or a Long. */
const duration = z
  .object({
    seconds: z.union([z.number(), z.string(), z.object({ low: z.number() })]).nullish(),
    nanos: z.number().nullish(),
  })
  .nullish()
  .transform((d) => {
    const seconds = d?.seconds ?? 0;
    const whole = typeof seconds === 'object' ? seconds.low : Number(seconds);
    return whole * 1000 + (d?.nanos ?? 0) / 1e6;
  });

const word = z.object({ word: z.string().max(200).nullish(), startTime: duration, endTime: duration });
const alternative = z.object({
  transcript: z.string().max(10_000).nullish(),
  confidence: z.number().nullish(),
  words: z.array(word).max(5000).nullish(),
});
const result = z
  .object({
    alternatives: z.array(alternative).max(30).nullish(),
    isFinal: z.boolean().nullish(),
    resultEndTime: duration,
  })
  .transform(({ alternatives, isFinal, resultEndTime }) => {
    const best = alternatives?.[0];
    return {
      transcript: best?.transcript ?? '',
      confidence: best?.confidence ?? 0,
      words: best?.words ?? [],
      isFinal: isFinal === true,
      endMs: resultEndTime,
    };
  });
const status = z.object({ code: z.number().nullish() }).nullish();

export const responseSchema = z.object({
  results: z
    .array(result)
    .max(100)
    .nullish()
    .transform((r) => r ?? []),
  error: status.transform((s) => s?.code ?? 0),
});

export type StreamingResponse = z.output<typeof responseSchema>;
type ResultWord = StreamingResponse['results'][number]['words'][number];

/** The words of one request on the clock of the whole stream. */
export function spokenWords(words: readonly ResultWord[], baseMs: number): readonly HeardWord[] {
  return words.map((w) => ({
    // Chinese words may come as `字|zi`.
    text: (w.word ?? '').split('|')[0] ?? '',
    startMs: baseMs + w.startTime,
    endMs: baseMs + w.endTime,
  }));
}

export interface Explanation {
  /** `too-long`: the five minutes are over; `passing`: worth trying again at once; `quota`, `refused`: later. */
  readonly kind: 'too-long' | 'passing' | 'quota' | 'refused';
  readonly detail: string;
}

/** gRPC status codes (google.rpc.Code). */
export function explain(code: number): Explanation {
  switch (code) {
    case 11:
      return { kind: 'too-long', detail: 'request over its time' };
    case 1:
    case 2:
    case 4:
    case 10:
    case 13:
    case 14:
      return { kind: 'passing', detail: 'service not available' };
    case 8:
      return { kind: 'quota', detail: 'quota used up' };
    case 7:
    case 16:
      return { kind: 'refused', detail: 'not allowed' };
    default:
      return { kind: 'refused', detail: 'request refused' };
  }
}
