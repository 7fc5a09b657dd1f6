/**
 * Surnames, most common first (as counted in the last censuses), and which one a sound most likely means. Pure.
 *
 * Tones are what recognition hears worst over a telephone, so 姓汪 is far more often a 王 than a 汪: there are eighteen
 * times as many.
 */
import { syllablesOf } from '../../asr/dialect/syllable.ts';

export const surnames =
  '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂柴焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺';

/** A rarer surname gives way only when the common one is this much further up the list. */
const FURTHER_UP = 25;
const COMMON = 40;

const firstOfSound = new Map<string, number>();

function soundOf(char: string): string {
  return syllablesOf(char)[0]?.sound ?? char;
}

function mostCommonOf(sound: string): number {
  if (firstOfSound.size === 0) {
    Array.from(surnames.slice(0, COMMON)).forEach((char, rank) => {
      const at = soundOf(char);
      if (!firstOfSound.has(at)) firstOfSound.set(at, rank);
    });
  }
  return firstOfSound.get(sound) ?? Number.POSITIVE_INFINITY;
}

/** The surname most likely meant by a recognised one; itself when it is common enough or has no common namesake. */
export function likelySurname(recognised: string): string {
  if (recognised.length !== 1) return recognised;
  const rank = surnames.indexOf(recognised);
  const best = mostCommonOf(soundOf(recognised));
  return best + FURTHER_UP <= rank ? (surnames[best] ?? recognised) : recognised;
}
