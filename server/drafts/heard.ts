/** What was said, prepared for reading: who spoke, what was asked before, whether it was confirmed. Pure. */
import { remember } from './remember.ts';
import type { DraftInput, Evidence } from './types.ts';

export type Segment = Extract<DraftInput, { type: 'speech' }>['segment'] & {
  /** Of the second half of a sentence: characters before it. */
  readonly offset?: number;
};

/** What the agent's last question was about. */
export type Asked = 'name' | 'number' | 'place' | 'time' | null;

export interface Heard {
  readonly segment: Segment;
  /** How much the words count: the caller's fully, the agent's little unless the caller confirms them. */
  readonly weight: number;
  readonly asked: Asked;
  /** The agent said it and the caller said yes. */
  readonly confirmed: boolean;
}

const questions: readonly (readonly [Exclude<Asked, null>, RegExp])[] = [
  ['name', /贵姓|怎么称呼|您的?姓名|叫什么名字|您姓什么/],
  [
    'number',
    /电话(号码)?(是|多少|留|报|方便)|留(个|一个|一下|下)?(您的|联系)?(电话|号码|手机)|联系(电话|方式)|号码(是|多少)|手机号|号码吗|回访电话|哪个电话/,
  ],
  [
    'place',
    /什么(地方|位置|小区|路)|哪个?(地方|位置|小区|街道|社区|路|里)|具体(地址|位置|地点)|地址(是|在|说)|在哪|位于/,
  ],
  ['time', /什么时候|几点|哪一?天|多久|多长时间|什么时间/],
];

const yes = /^[\s，。]*(嗯|对|对的|对个|对对|是的|是啊|是|没错|哎|正确|系|可以|就是)/;
const no = /^[\s，。]*(不是|不对|不，|没有|错了|唔系)/;

/** Says what an agent's sentence asks for. */
export function askedIn(text: string): Asked {
  return questions.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

const question = remember((segment: Segment) => askedIn(segment.text));
const reply = remember(({ text }: Segment) => (no.test(text) ? 'no' : yes.test(text) ? 'yes' : 'other'));

/** The same context gives the same object, so that what was read in it is remembered with it. */
const variants = remember((_segment: Segment) => new Map<string, Heard>());
function inContext(heard: Heard): Heard {
  const known = variants(heard.segment);
  const key = `${heard.weight} ${heard.asked ?? ''} ${heard.confirmed ? 1 : 0}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  known.set(key, heard);
  return heard;
}

/** Lays the conversation's context over its segments. */
export function hear(segments: readonly Segment[]): readonly Heard[] {
  let asked: Asked = null;
  let sinceAsked = 0;
  return segments.map((segment, i): Heard => {
    if (segment.side === 'agent') {
      asked = question(segment);
      sinceAsked = 0;
      const next = segments.slice(i + 1, i + 3).find((s) => s.side === 'caller');
      const answer = next === undefined ? 'other' : reply(next);
      const weight = answer === 'yes' ? 0.9 : answer === 'no' ? 0 : 0.3;
      return inContext({ segment, weight, asked: null, confirmed: answer === 'yes' });
    }
    sinceAsked += 1;
    return inContext({ segment, weight: 1, asked: sinceAsked <= 2 ? asked : null, confirmed: false });
  });
}

/** Time range of characters `[from, to)`: from the tokens where they tell, else the segment's share. */
function timesOf(segment: Segment, from: number, to: number): { startMs: number; endMs: number } {
  let at = 0;
  let startMs: number | null = null;
  let endMs: number | null = null;
  for (const token of segment.tokens) {
    const found = segment.text.indexOf(token.text, at);
    if (found < 0 || token.text === '') continue;
    at = found + token.text.length;
    if (at <= from || found >= to) continue;
    startMs = Math.min(startMs ?? token.startMs, token.startMs);
    endMs = Math.max(endMs ?? token.endMs, token.endMs);
  }
  return { startMs: startMs ?? segment.startMs, endMs: endMs ?? segment.endMs };
}

/** The evidence for characters `[from, to)` of a segment. */
export function evidenceOf(segment: Segment, from: number, to: number): Evidence {
  const { segmentId, side, text, offset = 0 } = segment;
  return {
    segmentId,
    side,
    from: from + offset,
    to: to + offset,
    words: text.slice(from, to),
    ...timesOf(segment, from, to),
  };
}
