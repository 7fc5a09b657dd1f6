/** The sample city ten times over: its own names and nine more of each, made of other characters. Seeded. */
import { seededRandom, type Random } from '../../../asr/training/sentences/random.ts';
import type { City } from '../../../config/city.ts';

const placeChars = Array.from(
  '安白宝碧滨苍长朝晨城澄池春翠大丹德东芳飞丰枫凤福富港高古光桂海寒航河荷鹤恒红洪湖花华桦槐黄惠吉嘉江锦荆景静菊康兰朗乐莲梁林岭柳龙隆鹿洛绿梅美明南宁平浦启千桥青清庆秋泉仁荣瑞桑沙山杉盛石松塘桃天田庭桐万望文梧西溪祥晓新星兴秀旭雅岩阳杨银永玉园月云竹紫',
);
const ordinals = ['东', '西', '南', '北', '新', '老', '前', '后', '大'];

/** A name of the same shape: other characters before the same ending. */
function sibling(name: string, random: Random): string {
  const ending =
    /(街道|社区|小区|花园|家园|新村|公寓|广场|公园|小学|中学|医院|市场|大道|路|街|巷|苑|镇|村)$/.exec(name)?.[0] ?? '';
  const core = name.length - ending.length;
  return Array.from({ length: Math.max(2, core) }, () => random.pick(placeChars)).join('') + ending;
}

export function timesTen(city: City, seed: number): City {
  const random = seededRandom(seed);
  const rounds = ordinals.map((_, i) => i + 1);
  const again = <T>(items: readonly T[], make: (item: T, round: number) => T): readonly T[] => [
    ...items,
    ...rounds.flatMap((round) => items.map((item) => make(item, round))),
  ];
  return {
    ...city,
    streets: again(city.streets, (s, n) => ({ id: `${s.id}-${n}`, name: sibling(s.name, random), aliases: [] })),
    communities: again(city.communities, (c, n) => ({
      id: `${c.id}-${n}`,
      streetId: `${c.streetId}-${n}`,
      name: sibling(c.name, random),
      aliases: [],
      places: c.places.map((place) => sibling(place, random)),
    })),
    roads: again(city.roads, (r, n) => ({
      id: `${r.id}-${n}`,
      name: sibling(r.name, random),
      streetIds: r.streetIds.map((s) => `${s}-${n}`),
    })),
    departments: again(city.departments, (d, n) => ({ ...d, id: `${d.id}-${n}`, name: `${d.name}${n}` })),
    catalogue: again(city.catalogue, (c, n) => ({
      ...c,
      id: `${c.id}-${n}`,
      keywords: c.keywords.map((word) => `${ordinals[n - 1] ?? ''}${word}`),
    })),
  };
}
