/** Made-up people and sentences for looking at the pages. Development only. */
import type { City } from '../../config/city.ts';
import type { TranscriptUpdate } from '../../asr/ports.ts';
import type { CallAside } from '../../server/drafts/aside-types.ts';
import type { Draft, DraftField, Evidence, FieldState } from '../../server/drafts/types.ts';
import type { DeskCallView, SupervisorView, TranscriptionStatus } from '../../server/realtime/protocol.ts';
import type { CallRow, TicketRow } from '../../server/store/ports.ts';

export const callId = 'call-demo-1';

export const fallbackCity: City = {
  name: '江城',
  areaCode: '0999',
  departments: [
    { id: 'cgj', name: '江城区城市管理局', shortName: '城管局', aliases: ['城管'], duties: '' },
    { id: 'hbj', name: '市生态环境局', shortName: '环境局', aliases: ['环保'], duties: '' },
    { id: 'gaj', name: '市公安局', shortName: '公安局', aliases: ['派出所'], duties: '' },
  ],
  catalogue: [
    leaf('air-1', ['生态环境', '大气污染', '餐饮油烟'], 'cgj'),
    leaf('air-2', ['生态环境', '大气污染', '露天烧烤'], 'cgj'),
    leaf('noise-1', ['生态环境', '噪声污染', '社会生活噪声'], 'gaj'),
    leaf('road-1', ['城市管理', '市容秩序', '占道经营'], 'cgj'),
  ],
  streets: [
    { id: 'bj', name: '滨江街道', aliases: [] },
    { id: 'ht', name: '和田街道', aliases: [] },
  ],
  communities: [
    { id: 'jx', streetId: 'bj', name: '锦绣社区', aliases: [], places: ['锦绣花园'] },
    { id: 'xy', streetId: 'ht', name: '向阳社区', aliases: [], places: [] },
  ],
  roads: [],
  dialectWords: [
    { said: '对个', meant: '对', dialect: '江淮', source: 'dev' },
    { said: '么得', meant: '没有', dialect: '江淮', source: 'dev' },
  ],
  dialects: [],
  riskWords: [
    { word: '煤气', risk: 'gas', label: '燃气' },
    { word: '打架', risk: 'group', label: '群体' },
  ],
};

function leaf(id: string, path: [string, string, string], lead: string): City['catalogue'][number] {
  return {
    id,
    path,
    leadDepartmentId: lead,
    supportDepartmentIds: [],
    keywords: [],
    usualKind: 'complaint',
  };
}

const said: readonly [side: 'caller' | 'agent', text: string, startMs: number, endMs: number][] = [
  ['agent', '您好，江城12345，工号1024为您服务，请讲。', 600, 3800],
  ['caller', '你好，我要投诉，我们小区三号楼下边那个烧烤店，天天油烟往楼上飘。', 4300, 9600],
  ['agent', '您说的是锦绣花园三号楼吗？', 10_200, 12_100],
  ['caller', '对个对个，滨江街道锦绣花园，每天晚上十点以后还在烤，窗子都么得办法开。', 12_500, 18_900],
  ['agent', '好的，请问您贵姓？回电就打这个号码可以吗？', 19_500, 22_400],
  ['caller', '我姓王，打这个号码就行。你们哪个部门管这个事？', 22_900, 26_500],
  ['agent', '餐饮油烟由江城区城市管理局处理，我这边先给您登记。', 27_200, 31_000],
];

export const transcript: readonly TranscriptUpdate[] = [
  ...said.map(([side, text, startMs, endMs], i) => segment(i, { side, text, startMs, endMs, final: true })),
  {
    ...segment(7, { side: 'caller', text: '好，那什么时候能来', startMs: 33_000, endMs: 34_800, final: false }),
    gapBeforeMs: 2000,
  },
];

function segment(
  i: number,
  s: Pick<TranscriptUpdate, 'side' | 'text' | 'startMs' | 'endMs' | 'final'>,
): TranscriptUpdate {
  return { ...s, segmentId: `s${i}`, rev: 3, tokens: [], syllables: [], engine: 'dev', gapBeforeMs: 0 };
}

function evidence(i: number, words: string): Evidence {
  const s = transcript[i];
  const from = s?.text.indexOf(words) ?? 0;
  return {
    segmentId: `s${i}`,
    side: s?.side ?? 'caller',
    from,
    to: from + words.length,
    words,
    startMs: s?.startMs ?? 0,
    endMs: s?.endMs ?? 0,
  };
}

function field(
  origin: FieldState['origin'],
  value: string,
  confidence: number,
  more: Partial<FieldState> = {},
): FieldState {
  return { value, display: value, confidence, evidence: [], origin, suggestion: null, alternatives: [], ...more };
}

/** The draft half-way through the demo call, with the ids of the city in use. */
export function draftFor(city: City): Draft {
  const classes = city.catalogue.filter((c) => c.path.some((p) => /油烟|烧烤|噪声/u.test(p))).slice(0, 3);
  const candidate = (i: number, confidence: number): FieldState['alternatives'][number] => ({
    value: classes[i]?.id ?? '',
    display: classes[i]?.path.join(' › ') ?? '',
    confidence,
    evidence: [],
  });
  const street = city.streets[0];
  const community = city.communities.find((c) => c.streetId === street?.id);
  const fields: Record<DraftField, FieldState> = {
    kind: field('asr', 'complaint', 0.97, { evidence: [evidence(1, '我要投诉')] }),
    classId: field('asr', candidate(0, 0).value, 0.92, {
      evidence: [evidence(1, '烧烤店'), evidence(1, '油烟')],
      alternatives: [candidate(1, 0.41), candidate(2, 0.12)],
    }),
    streetId: field('asr', street?.id ?? '', 0.95, { evidence: [evidence(3, '滨江街道')] }),
    communityId: field('rule', community?.id ?? '', 0.66, { evidence: [evidence(3, '锦绣花园')] }),
    placeText: field('asr', '锦绣花园三号楼下烧烤店', 0.9, {
      evidence: [evidence(1, '三号楼下边'), evidence(2, '锦绣花园三号楼')],
    }),
    departmentId: field('rule', classes[0]?.leadDepartmentId ?? '', 0.9),
    occurredText: field('asr', '每天晚上十点以后', 0.88, { evidence: [evidence(3, '每天晚上十点以后')] }),
    callerName: field('asr', '王女士', 0.7, { evidence: [evidence(5, '我姓王')] }),
    callbackNumber: field('call', '13800138000', 1),
    urgency: field('rule', 'normal', 0.9),
    risk: field('empty', '', 0),
    summary: field('agent', '反映锦绣花园三号楼下烧烤店油烟扰民，每天22点后仍营业，要求处理。', 1, {
      suggestion: {
        value: '锦绣花园三号楼下烧烤店油烟上飘，每晚十点后仍在经营，居民无法开窗，希望尽快查处。',
        display: '锦绣花园三号楼下烧烤店油烟上飘，每晚十点后仍在经营，居民无法开窗，希望尽快查处。',
        confidence: 0.8,
        evidence: [],
      },
    }),
  };
  return { callId, rev: 12, fields, confidential: false, note: '' };
}

export const aside: CallAside = {
  knowledge: [
    {
      id: 'restaurant-fumes',
      title: '饭店、烧烤油烟扰民：要求和处理',
      source: '江城市城市管理局',
      validUntil: '2027-12-31',
      stale: false,
      snippet: '餐饮店必须安装油烟净化器，每月清洗一次，排烟口离居民窗户至少 10 米。',
      marks: [{ from: 9, to: 11 }],
    },
    {
      id: 'heating',
      title: '供暖时间、室温标准和退费',
      source: '江城燃气热力集团',
      validUntil: '2026-03-31',
      stale: true,
      snippet: '本供暖季从 2025 年 11 月 15 日到 2026 年 3 月 15 日。卧室、客厅不低于 18 ℃。',
      marks: [],
    },
  ],
  similar: [
    {
      id: 's1',
      number: 'JC20261124-000231',
      createdAtMs: Date.now() - 3 * 86_400_000,
      status: 'accepted',
      class: '餐饮油烟',
      place: '锦绣花园3号楼',
      department: '城管局',
      summary: '来电人反映：锦绣花园三号楼下烧烤店油烟扰民，要求查处。',
      why: [
        { type: 'caller', name: '' },
        { type: 'place', name: '锦绣社区' },
        { type: 'class', name: '餐饮油烟' },
      ],
    },
  ],
  second: { classId: 'c040101', display: '供水供电供气 › 供水 › 停水', words: '停水' },
  dialect: { dialectId: 'wu', name: '吴语', confidence: 0.72, set: false },
};

export function ticketRow(i: number): TicketRow {
  const text = (value: string): { readonly value: string; readonly display: string } => ({ value, display: value });
  return {
    id: `t${i}`,
    number: `JC20261011-00${i}123`,
    callId: `old-${i}`,
    createdAtMs: Date.now() - (20 + 17 * i) * 86_400_000,
    agentId: 'a1',
    status: 'accepted',
    fields: {
      kind: text('complaint'),
      classId: text(i === 0 ? '生态环境 › 大气污染 › 餐饮油烟' : '城市管理 › 环境卫生 › 垃圾清运'),
      streetId: text('滨江街道'),
      communityId: text('锦绣社区'),
      placeText: text('锦绣花园'),
      departmentId: text('江城区城市管理局'),
      occurredText: text(''),
      callerName: text('王女士'),
      callbackNumber: text(''),
      urgency: text('normal'),
      risk: text(''),
      summary: text(
        i === 0 ? '锦绣花园三号楼下烧烤店油烟扰民，要求处理。' : '小区门口垃圾三天没有清运，有异味，希望尽快清理。',
      ),
    },
    confidential: false,
    note: '',
    callerNumber: '13800138000',
  };
}

export const caller = {
  number: '13800138000',
  maskedNumber: '138****8000',
  history: { callsIn90Days: 3, callerName: '王女士', tickets: [ticketRow(0), ticketRow(1)] },
} as const;

export function callView(state: DeskCallView['state'], transcription: TranscriptionStatus): DeskCallView {
  const now = Date.now();
  return {
    callId,
    state,
    caller,
    queue: 'default',
    reason: '空闲最久',
    arrivedAtMs: now - 60_000,
    bridgedAtMs: now - 38_000,
    waitMs: 7200,
    heldSinceMs: state === 'held' ? now - 12_000 : null,
    returnByMs: state === 'agent-lost' ? now + 24_000 : null,
    wrapUpEndsAtMs: state === 'wrap-up' ? now + 42_000 : null,
    endCause: state === 'wrap-up' ? 'caller-hung-up' : null,
    recordingStartedAtMs: now - 38_000,
    transcription,
    ticketNumber: null,
    party: null,
    supervision: null,
    cityCard: null,
  };
}

function waitingOf(now: number): SupervisorView['waiting'] {
  return [23, 11, 6, 2].map((s, i) => ({
    callId: `w${i}`,
    maskedNumber: `13${i}****20${i}7`,
    queue: 'main',
    joinedAtMs: now - s * 1000,
    state: i === 0 ? 'offered' : 'waiting',
    kind: i === 3 ? 'callback' : 'call',
    priority: 5,
    needs: i === 1 ? ['方言-江淮'] : [],
  }));
}

function callbacksOf(now: number): SupervisorView['callbacks'] {
  return [
    {
      id: 'cb1',
      callId: 'r3',
      maskedNumber: '138****1013',
      queue: 'main',
      reason: 'asked',
      joinedAtMs: now - 312_000,
      requestedAtMs: now - 250_000,
      state: 'later',
      tries: 1,
      notBeforeMs: now + 180_000,
      result: 'busy',
    },
  ];
}

function seatsOf(now: number): SupervisorView['seats'] {
  const names = ['陈晓', '李敏', '张伟', '王芳', '刘洋', '赵静', '孙磊'];
  const phones = ['busy', 'busy', 'idle', 'wrap-up', 'idle', 'offline', 'ringing'] as const;
  return names.map((displayName, i) => ({
    agentId: `a${i}`,
    displayName,
    agentNumber: String(1021 + i),
    intent: i === 4 ? 'paused' : 'available',
    pauseReason: i === 4 ? '用餐' : '',
    pausedBySystem: false,
    phone: phones[i] ?? 'idle',
    byPhone: false,
    sinceMs: now - (i * 97 + 35) * 1000,
    callId: i < 2 ? `talk${i}` : null,
    online: i !== 5,
    talkingSinceMs: i < 2 ? now - (i + 1) * 83_000 : null,
    todayCalls: 38 - i * 3,
    supervisedBy: [],
    profile: {
      queues: ['main'],
      skills: i % 2 === 0 ? { '方言-江淮': 4 } : {},
      seatLevel: i === 6 ? 'cloud' : 'on-site',
    },
    line: i === 6 ? { atMs: now, roundTripMs: 320, jitterMs: 60, lossShare: 0.05, mos: 2.9 } : null,
  }));
}

function minutesOf(now: number): SupervisorView['minutes'] {
  return Array.from({ length: 60 }, (_, i) => {
    const arrived = Math.round(6 + 4 * Math.sin(i / 7) + ((i * 7919) % 5));
    const abandoned = i % 11 === 0 ? 1 : 0;
    return {
      minuteMs: now - (59 - i) * 60_000,
      arrived,
      bridged: Math.max(0, arrived - abandoned - (i % 3 === 0 ? 1 : 0)),
      abandoned,
    };
  });
}

function trunksOf(now: number): SupervisorView['trunks'] {
  return [
    { name: '电信IMS', state: 'up', sinceMs: now - 7_200_000, registered: null, places: 2 },
    { name: '移动IMS', state: 'down', sinceMs: now - 95_000, registered: false, places: 1 },
    { name: 'E1-1', state: 'resting', sinceMs: now - 4_000, registered: null, places: 1 },
    { name: '联通呼入', state: 'inbound-only', sinceMs: null, registered: null, places: 0 },
  ];
}

function risksOf(now: number): SupervisorView['risks'] {
  const risk = { maskedNumber: '139****1111', labels: ['燃气泄漏'], words: '煤气味' };
  return [
    { ...risk, callId: 'talk1', agentId: 'a1', heardAtMs: now - 4_000, over: false },
    { ...risk, callId: 'w1', labels: ['轻生'], words: '跳楼', agentId: null, heardAtMs: now - 31_000, over: false },
    { ...risk, callId: 'past', maskedNumber: '', agentId: 'a3', heardAtMs: now - 182_000, over: true },
  ];
}

export function supervisorView(): SupervisorView {
  const now = Date.now();
  return {
    atMs: now,
    waiting: waitingOf(now),
    queues: [
      {
        queue: 'main',
        title: '综合队列',
        waiting: 3,
        callbacks: 1,
        oldestJoinedAtMs: now - 23_000,
        staffed: 5,
        free: 2,
        servedPerMinute: 2.4,
        estimatedWaitMs: 75_000,
      },
    ],
    callbacks: callbacksOf(now),
    trunks: trunksOf(now),
    alarm: null,
    risks: risksOf(now),
    seats: seatsOf(now),
    today: {
      offered: 412,
      bridged: 396,
      bridgedWithin15s: 371,
      abandoned: 13,
      abandonedWithin5s: 5,
      tickets: 301,
      meanTalkMs: 161_000,
      callbacks: 14,
      callbacksReached: 12,
    },
    connectRate: 0.961,
    serviceLevel15Answered: 0.937,
    callbackConnectRate: 12 / 14,
    serviceLevel15Offered: 0.911,
    minutes: minutesOf(now),
    recognizer: { type: 'on', engine: 'dev' },
  };
}

export function recentCalls(): readonly CallRow[] {
  const now = Date.now();
  return Array.from({ length: 14 }, (_, i) => ({
    callId: `r${i}`,
    from: `138001380${String(10 + i)}`,
    to: '12345',
    trunk: 'local',
    arrivedAtMs: now - (i + 1) * 400_000,
    answeredAtMs: now - (i + 1) * 400_000 + 90,
    queuedAtMs: now - (i + 1) * 400_000 + 4000,
    bridgedAtMs: i % 5 === 3 ? null : now - (i + 1) * 400_000 + 9000,
    endedAtMs: now - (i + 1) * 400_000 + 160_000 + i * 7000,
    endCause: 'caller-hung-up',
    agentId: i % 5 === 3 ? null : `a${i % 4}`,
    recordingPath: i % 5 === 3 ? null : 'x.wav',
    recordingStartedAtMs: null,
    ticketNumber: i % 3 === 0 ? `JC20261121-000${120 - i}` : null,
  }));
}
