/** A made-up history: sentences drawn from the words of a few classes of the sample city's catalogue. */
import type { City } from '../../../../config/city.ts';
import { seeded } from '../../../../server/drafts/classify/random.ts';
import type { Row } from '../../../../server/drafts/classify/model.ts';

const openings = ['我要反映', '投诉一下', '你好我想问', '麻烦你们管管', '小区里'];
const endings = ['希望尽快处理', '好几天了没人管', '影响休息', '请相关部门看看', '谢谢'];

/** `count` rows over the first `classes` classes; the same seed gives the same rows. */
export function madeUpHistory(city: City, classes: number, count: number, seed = 7): readonly Row[] {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  return Array.from({ length: count }, (_, i): Row => {
    const found = city.catalogue[i % classes];
    if (found === undefined) throw new Error('the catalogue is shorter than that');
    const text = `${pick(openings)}${pick(found.keywords)}，${pick(found.keywords)}，${pick(endings)}${String(i)}`;
    return { text, label: found.id, top: found.path[0] };
  });
}
