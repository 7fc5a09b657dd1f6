/**
 * A made-up province of 200,000 names: streets, communities, estates, roads, bodies, departments, catalogue items and
 * surnames. One seed always gives the same names. No real address list is used.
 */
import type { PlaceEntry } from '../../../asr/dialect/place-finder.ts';
import { surnames } from '../../../server/drafts/surname.ts';
import { seededRandom, type Random } from '../../../asr/training/sentences/random.ts';

export interface Named {
  readonly type: 'street' | 'place' | 'department' | 'matter' | 'surname';
  readonly id: number;
}
export type Entry = PlaceEntry<Named>;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const list = (text: string): readonly string[] => Array.from(text.replaceAll(/\s/g, ''));

/** Characters that names of places are made of. */
const placeChars = list(
  `安 白 宝 碧 滨 苍 长 朝 晨 城 澄 池 崇 春 翠 大 丹 德 东 杜 凡 芳 飞 丰 枫 凤 福 富 港 高 阁 古 关 光 桂 海 寒 航 河 荷 鹤 恒 红 洪 鸿 湖
   虎 花 华 桦 槐 黄 惠 吉 嘉 建 江 角 金 锦 荆 景 静 九 菊 康 坤 兰 朗 乐 丽 莲 梁 林 临 岭 柳 龙 隆 鹿 鹭 罗 洛 绿 马 梅 美 孟 明 茗 牡
   南 宁 盘 磐 鹏 平 屏 浦 祺 启 千 桥 青 清 晴 庆 秋 泉 仁 日 荣 融 瑞 桑 沙 山 杉 尚 邵 深 盛 石 书 舒 双 水 顺 思 松 苏 塘 桃 腾 天 田
   庭 桐 万 望 威 维 文 梧 西 溪 熙 仙 湘 祥 晓 新 星 兴 秀 旭 轩 雪 雅 烟 岩 阳 杨 瑶 银 迎 永 渔 雨 玉 御 园 月 岳 云 张 昭 郑 芝 中 钟 舟 竹 紫`,
);
const placeEndings = words(
  '小区 小区 花园 花园 社区 社区 社区 家园 苑 新村 公寓 路 路 路 路 大道 街 街 巷 村 村 小学 中学 医院 市场 广场 公园 大厦 工业园',
);
const streetEndings = words('街道 街道 街道 镇 镇 乡');
const bodyEndings = words('有限公司 物业公司 超市 酒店 幼儿园 卫生院 派出所');
const officeWords = words(
  '城市管理 生态环境 住房建设 人力资源 医疗保障 卫生健康 教育 公安 民政 交通运输 市场监管 农业农村 水务 应急管理 文化旅游 自然资源 税务 司法 信访 退役军人',
);
const matterWords = words(
  '路灯 井盖 电梯 下水道 自来水 噪音 油烟 违建 占道 停车 垃圾 物业 工资 社保 医保 公积金 户口 入学 公交 燃气 供暖 绿化 施工 扬尘 污水',
);
const matterEndings = words('损坏 不亮 丢失 堵塞 扰民 投诉 咨询 收费 补办 转移 清运 维修 审批 举报 超标 拖欠');

export interface Province {
  readonly entries: readonly Entry[];
  readonly streets: readonly Entry[];
  /** Names in streets: what callers say when they say where. */
  readonly places: readonly Entry[];
}

const STREETS = 2_000;

function coreOf(random: Random): string {
  const length = random.chance(0.7) ? 2 : 3;
  return Array.from({ length }, () => random.pick(placeChars)).join('');
}

function streetsOf(random: Random): Entry[] {
  const names = new Set<string>();
  while (names.size < STREETS) names.add(coreOf(random) + random.pick(streetEndings));
  return [...names].map((text, id) => ({ text, item: { type: 'street', id }, areaId: `s${id}` }));
}

function placesOf(random: Random, count: number): Entry[] {
  const seen = new Set<string>();
  const places: Entry[] = [];
  while (places.length < count) {
    const within = `s${random.int(0, STREETS - 1)}`;
    const text = coreOf(random) + random.pick(random.chance(0.93) ? placeEndings : bodyEndings);
    // The same name twice in one street would be no name.
    if (seen.has(`${within}${text}`)) continue;
    seen.add(`${within}${text}`);
    places.push({ text, item: { type: 'place', id: STREETS + places.length }, within: [within] });
  }
  return places;
}

function othersOf(random: Random, count: number): Entry[] {
  const seen = new Set<string>();
  const offices = officeWords.flatMap((w) => [`${w}局`, `市${w}局`]);
  const others: Entry[] = offices.map((text, id) => ({ text, item: { type: 'department', id } }));
  const people = Array.from(surnames, (s, id): Entry => ({
    text: `姓${s}`,
    item: { type: 'surname', id },
    strict: true,
  }));
  while (others.length < count - people.length) {
    const text = `${random.pick(placeChars)}${random.pick(matterWords)}${random.pick(matterEndings)}`;
    if (seen.has(text)) continue;
    seen.add(text);
    others.push({ text, item: { type: 'matter', id: others.length } });
  }
  return [...others, ...people];
}

/** `size` names from one seed. */
export function generateProvince(size: number, seed: number): Province {
  const random = seededRandom(seed);
  const streets = streetsOf(random);
  const others = othersOf(random, Math.round(size * 0.03));
  const places = placesOf(random, size - streets.length - others.length);
  return { entries: [...streets, ...places, ...others], streets, places };
}
