/** How a name is built: what tells it from others, and the ending that many names share. Pure. */

const endings =
  /(安置小区|家属院|家属区|小区|社区|街道办事处|街道办|街道|花园|家园|新村|公寓|广场|公园|小学|中学|大学|学校|幼儿园|卫生院|医院|菜市场|市场|大道|大街|山庄|工业园|工业区|商业街|步行街|东路|西路|南路|北路|中路|新城|大厦|桥头|有限公司|公司|集团|中心|管理局|派出所|超市|酒店|名邸|路|街|巷|弄|苑|里|府|镇|乡|村|园|局)$/;

/** Characters of the ending that a name shares with many others; 0 when nothing would be left of it. */
export function endingLength(name: string): number {
  const ending = endings.exec(name)?.[0].length ?? 0;
  return name.length - ending >= 2 ? ending : 0;
}

/** Before an ending these are everyday words, not names: 这个小区, 我们社区, 走路. */
const everyday = new Set(
  (
    '这个 那个 哪个 一个 两个 几个 整个 每个 各个 某个 别的 其他 我们 你们 他们 咱们 人家 自己 大家 老旧 高档 隔壁 附近 旁边 对面 楼下 楼上 ' +
    '门口 前面 后面 什么 当地 本地 全市 全国 新建 在建 房产 物业 居民 商品 农民 农贸 城市 社会 公立 私立 民办 公办 重点 附属 人行 盲人 ' +
    '地铁 高速 铁路 公交 一条 这条 那条 整条 两条 几条 主干 泥巴 水泥 柏油 沿着 过马 走小 修马 条马 的马 这所 那所 一所 这家 那家 一家 ' +
    '我家 你家 他家 在我 在这 在那 在家 住在 就在 到了 出了 进了 从小 在小 在马 的小 们小 有人 没有 里面 外面 上面 下面 中间 周边 周围 ' +
    '村里 镇上 街上 路上 我住 我在 是我 和我 给我 跟我 让我 找我 来我 的老 的新 的大 一年 去年 今年 明年 每年'
  ).split(' '),
);

/** 十四路公交车 is no road. */
const numbers = /^[0-9零一二三四五六七八九十百千两幺]+$/;

/** Whether characters are everyday words that must not be taken for a name by their sound. */
export const isEveryday = (characters: string): boolean => everyday.has(characters) || numbers.test(characters);
