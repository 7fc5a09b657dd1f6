/** Says what is done and why, in Chinese and in English, with the numbers. */
import type { Measure, SurgeLevel, SurgePlan } from '../../../config/surge-schema.ts';
import type { Words } from '../api-types.ts';
import type { Indicators, SurgeSample } from './types.ts';

export const levelNames: Readonly<Record<SurgeLevel, Words>> = {
  normal: { zh: '正常', en: 'normal' },
  busy: { zh: '繁忙', en: 'busy' },
  surge: { zh: '激增', en: 'surge' },
  emergency: { zh: '应急', en: 'emergency' },
};

const rounded = (value: number): string => (value >= 10 ? String(Math.round(value)) : value.toFixed(1));
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** 94,000 ms → 1 分 34 秒, 1 min 34 s. */
export function duration(ms: number): Words {
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return { zh: `${seconds} 秒`, en: `${seconds} s` };
  if (minutes >= 120) return { zh: '2 小时以上', en: 'over 2 h' };
  const rest = seconds % 60;
  const zh = rest === 0 ? `${minutes} 分钟` : `${minutes} 分 ${rest} 秒`;
  return { zh, en: rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s` };
}

const join = (parts: readonly Words[]): Words => ({
  zh: parts.map((p) => p.zh).join('，'),
  en: parts.map((p) => p.en).join(', '),
});

/** The line in one sentence. */
export function situation(now: Indicators, sample: SurgeSample): Words {
  const perMinute = rounded(now.peoplePerMs * 60_000);
  const parts: Words[] = [{ zh: `每分钟 ${perMinute} 人来电`, en: `${perMinute} people phone a minute` }];
  if (now.arrivalsRatio !== null)
    parts.push({
      zh: `是平时的 ${rounded(now.arrivalsRatio)} 倍`,
      en: `${rounded(now.arrivalsRatio)} times the usual`,
    });
  parts.push({
    zh: `在岗 ${sample.seats} 席（增援 ${sample.seatsCalledIn} 席），工作量是本席位能力的 ${rounded(now.load)} 倍`,
    en: `${sample.seats} seats (${sample.seatsCalledIn} called in), work is ${rounded(now.load)} times what our own can do`,
  });
  const wait = duration(now.estimatedWaitMs);
  parts.push({
    zh: `排队 ${sample.waiting} 人，预计等待 ${wait.zh}，放弃率 ${percent(now.abandonRate)}`,
    en: `${sample.waiting} wait, about ${wait.en}, ${percent(now.abandonRate)} hang up`,
  });
  return join(parts);
}

/** Which limits of a level were passed. */
export function limitsPassed(plan: SurgePlan, level: Exclude<SurgeLevel, 'normal'>, now: Indicators): Words {
  const { enter } = plan.levels[level];
  const parts: Words[] = [];
  if (enter.arrivalsRatio !== null && now.arrivalsRatio !== null && now.arrivalsRatio >= enter.arrivalsRatio)
    parts.push({
      zh: `来电达平时 ${rounded(now.arrivalsRatio)} 倍（界限 ${enter.arrivalsRatio} 倍）`,
      en: `arrivals at ${rounded(now.arrivalsRatio)} times the usual (limit ${enter.arrivalsRatio})`,
    });
  if (enter.load !== null && now.load >= enter.load)
    parts.push({
      zh: `工作量达本席位能力的 ${rounded(now.load)} 倍（界限 ${enter.load} 倍）`,
      en: `work at ${rounded(now.load)} times what our seats can do (limit ${enter.load})`,
    });
  if (enter.estimatedWaitMs !== null && now.estimatedWaitMs >= enter.estimatedWaitMs) {
    const [wait, limit] = [duration(now.estimatedWaitMs), duration(enter.estimatedWaitMs)];
    parts.push({ zh: `预计等待 ${wait.zh}（界限 ${limit.zh}）`, en: `estimated wait ${wait.en} (limit ${limit.en})` });
  }
  if (enter.abandonRate !== null && now.abandonRate >= enter.abandonRate)
    parts.push({
      zh: `放弃率 ${percent(now.abandonRate)}（界限 ${percent(enter.abandonRate)}）`,
      en: `${percent(now.abandonRate)} hang up (limit ${percent(enter.abandonRate)})`,
    });
  return join(parts);
}

/** What a measure does, for people. */
export function measureWords(measure: Measure, amount: number | null): Words {
  switch (measure.type) {
    case 'call-in':
      return { zh: `召集云坐席 ${amount ?? 0} 席`, en: `call in ${amount ?? 0} cloud seats` };
    case 'wrap-up': {
      const limit = duration(measure.maxMs);
      return { zh: `话后处理缩短到 ${limit.zh}`, en: `wrap-up at most ${limit.en}` };
    }
    case 'pause-outbound':
      return { zh: '暂停外呼和回访', en: 'pause outbound work' };
    case 'announce':
      return {
        zh: `更换语音公告${measure.text === '' ? '' : `：“${measure.text}”`}${measure.pressOneToStay ? '，按 1 继续等待人工' : ''}`,
        en: `play the announcement "${measure.prompt}"${measure.pressOneToStay ? ', 1 = stay for a person' : ''}`,
      };
    case 'call-back': {
      const limit = duration(measure.whenWaitAboveMs);
      return { zh: `预计等待超过 ${limit.zh}时提供回拨`, en: `offer a call-back above ${limit.en} of wait` };
    }
    case 'deflect': {
      const limit = duration(measure.whenWaitAboveMs);
      const to = measure.to === 'web' ? '网上渠道' : '自助查询';
      return { zh: `预计等待超过 ${limit.zh}时引导到${to}`, en: `offer ${measure.to} above ${limit.en} of wait` };
    }
    case 'partners': {
      const most = measure.partners.reduce((sum, p) => sum + p.maxCalls, 0);
      const count = measure.partners.length;
      return {
        zh: `分流到 ${count} 个协作热线，同时最多 ${most} 路`,
        en: `divert to ${count} partners, at most ${most} calls`,
      };
    }
    case 'admission': {
      const limit = duration(measure.answerWithinMs);
      return {
        zh: `排队最多放入 ${amount ?? 0} 人（${limit.zh}内能接起），其余语音致歉`,
        en: `let ${amount ?? 0} callers into the line (answered within ${limit.en}), a polite message for the rest`,
      };
    }
  }
}
