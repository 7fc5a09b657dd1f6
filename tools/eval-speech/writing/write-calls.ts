/** Synthetic calls with known fields over a city: the same seed gives the same calls. */
import type { City, Community, Street } from '../../../config/city.ts';
import { seededRandom, type Random } from '../../../asr/training/sentences/random.ts';
import { spokenNumber } from '../../../asr/training/sentences/spoken-numbers.ts';
import type { CallLine, EvalCall, TrueFields, Voice } from '../call-file.ts';
import { matters, type Matter } from './matters.ts';
import * as say from './templates.ts';

interface Place {
  readonly text: string;
  readonly fields: TrueFields;
}

/** Voices that the demo model was trained with, and two (m6, f3) that it has never heard. */
const variants = ['', 'm1', 'm3', 'f1', 'f2', 'f4', 'm6', 'f3', 'm6', 'f3'];

const filled = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '');

/** Writes `count` calls; every matter has its turn before one comes again. */
export function writeCalls(city: City, count: number, seed: number): readonly EvalCall[] {
  const random = seededRandom(seed);
  const known = matters.filter((m) => city.catalogue.some((c) => c.id === m.classId));
  if (known.length === 0) throw new Error('the city has none of the classes for which calls can be written');
  const order = shuffled(known, random);
  return Array.from({ length: count }, (_, i) => {
    const matter = order[i % order.length];
    if (matter === undefined) throw new Error('there is nothing to call about');
    return writeCall(city, matter, { random, id: `${String(i + 1).padStart(3, '0')}-${matter.classId}` });
  });
}

function writeCall(city: City, matter: Matter, { random, id }: { random: Random; id: string }): EvalCall {
  const { kind, classId } = matter;
  const lines: CallLine[] = [];
  const agent = (options: readonly string[]): void => {
    lines.push({ side: 'agent', text: random.pick(options), pauseMs: random.int(500, 900) });
  };
  const caller = (text: string, pauseMs = random.int(900, 1_300)): void => {
    lines.push({ side: 'caller', text, pauseMs });
  };
  const place = matter.local ? placeIn(city, random) : null;
  const surname = random.pick(say.surnames);
  const number = numberFor(random);
  agent(say.agentSays.hello);
  caller(random.pick(say.openings[kind]));
  caller(random.pick(matter.says));
  if (place !== null) {
    agent(say.agentSays.place);
    caller(place.text);
    agent(say.agentSays.time);
    caller(random.pick(say.times));
  }
  caller(random.pick(say.wishes[kind]));
  agent(say.agentSays.name);
  caller(filled(random.pick(say.names), { surname, title: random.pick(say.titles) }));
  agent(say.agentSays.number);
  caller(filled(random.pick(say.numbers), { number: number.spoken }));
  agent(say.agentSays.bye);
  caller(random.pick(say.thanks));
  const departmentId = city.catalogue.find((c) => c.id === classId)?.leadDepartmentId ?? '';
  return {
    id,
    callerNumber: `139${String(random.int(10_000_000, 99_999_999))}`,
    callerVoice: voiceOf(random),
    agentVoice: { language: 'cmn', variant: 'f2', wordsPerMinute: 185, pitch: 50 },
    accent: 'none',
    noise: null,
    lines,
    fields: { kind, classId, departmentId, callerName: surname, callbackNumber: number.digits, ...place?.fields },
  };
}

function voiceOf(random: Random): Voice {
  const pitch = random.pick([50, random.int(35, 65)]);
  return { language: 'cmn', variant: random.pick(variants), wordsPerMinute: random.int(150, 205), pitch };
}

function placeIn(city: City, random: Random): Place {
  const community = random.pick(city.communities);
  const street = streetOf(city, community.streetId);
  const ofEstate = random.chance(0.55);
  if (ofEstate && community.places.length > 0) return estateIn(community, street, random);
  if (random.chance(0.4)) {
    const text = filled(random.pick(say.places.community), { street: street.name, community: community.name });
    const fields = { streetId: street.id, communityId: community.id, placeParts: [community.name] };
    return { text, fields };
  }
  const road = random.pick(city.roads);
  const ofRoad = streetOf(city, random.pick(road.streetIds));
  const at = random.int(2, 380);
  const template = random.pick(random.chance(0.5) ? say.places.road : say.places.roadNear);
  const values = { street: ofRoad.name, road: road.name, number: spokenNumber(at), near: random.pick(say.near) };
  const fields = { streetId: ofRoad.id, placeParts: [road.name, `${at}号`] };
  return { text: filled(template, values), fields };
}

function estateIn(community: Community, street: Street, random: Random): Place {
  const estate = random.pick(community.places);
  const fields = { streetId: street.id, communityId: community.id };
  // People live in estates; markets, schools and parks have no houses with numbers.
  if (/(小区|花园|新村|家园|苑|里|公寓|山庄|府|院|宿舍|家属区|新城|名邸|雅居|公馆|新居|小镇)$/.test(estate)) {
    const house = random.int(1, 36);
    const unit = random.pick(['栋', '号楼', '幢']);
    const values = { estate, street: street.name, house: `${spokenNumber(house)}${unit}` };
    const text = filled(random.pick(say.places.estate), values);
    return { text, fields: { ...fields, placeParts: [estate, `${house}${unit}`] } };
  }
  const values = { estate, street: street.name, near: random.pick(say.near) };
  return { text: filled(random.pick(say.places.estateNear), values), fields: { ...fields, placeParts: [estate] } };
}

function streetOf(city: City, id: string): Street {
  const street = city.streets.find((s) => s.id === id);
  if (street === undefined) throw new Error(`there is no street ${id}`);
  return street;
}

/** A mobile number, seldom a landline, in one breath or in groups. */
function numberFor(random: Random): { digits: string; spoken: string } {
  const isMobile = random.chance(0.88);
  const start = isMobile ? `1${random.pick(['38', '39', '58', '86', '77', '50', '33'])}` : String(random.int(5, 8));
  const length = isMobile ? 11 : 8;
  const digits = start + Array.from({ length: length - start.length }, () => random.int(0, 9)).join('');
  const cuts = random.chance(0.4)
    ? []
    : isMobile
      ? random.pick([
          [3, 7],
          [3, 6],
          [4, 7],
        ])
      : [4];
  const one = random.chance(0.7) ? '幺' : '一';
  const words = Array.from(digits).map((d) => (d === '1' ? one : spokenNumber(Number(d))));
  const groups = [0, ...cuts].map((from, i, all) => words.slice(from, all[i + 1] ?? words.length).join(''));
  return { digits, spoken: groups.join('，') };
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
