/** What callers and agents both say: places, times, names, numbers. City names are added by `city-words.ts`. */
import type { Grammar } from './grammar.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const commonRules: Grammar = {
  someRoad: words(
    '幸福路 人民路 中山路 解放路 建设路 和平街 长江路 黄河路 朝阳路 新华路 文化路 胜利街 光明路 友谊路 滨河路 迎宾大道 学府路 青年路 工业路 商业街 劳动路 东风路 红旗路 北京路 南京路 上海路 金水路 花园路 健康路 西湖路 南湖路 北环路 东环路 环城路 站前街 体育路 公园路 科技路 创业路 高新大道 芙蓉路 五一路 桃花路 银杏路 梧桐路 樱花街 玉兰路 凤凰路 白云路 沿江大道 江南路 江北路 河西路 城东路 师范路 铁路街 机场路 港口路 水利路 前进路 团结路 文明路 平安路 吉祥巷 长寿路 泰山路 华山路 珠江路 汉江路',
  ),
  someEstate: words(
    '阳光花园 幸福小区 金色家园 绿地世纪城 翡翠湾 锦绣江南 东方明珠 水岸新城 书香门第 和谐家园 惠民小区 安居苑 怡景花园 御景湾 学府花园 纺织厂家属院 铁路新村 安置小区 滨江一号 湖畔人家 龙湖天街 丽景苑 天鹅湖 云锦花园 桃源居 梅园小区 银河湾 海棠公寓 玫瑰园 百合家园 未来城 教师公寓 向阳小区',
  ),
  street: words('{someRoad}'),
  road: ['{someRoad}'],
  estate: ['{someEstate}'],
  community: ['{someEstate}社区'],
  department: ['{someDepartment}'],
  someDepartment: words(
    '城管局 住建局 人社局 市场监管局 公安局 交警队 供电局 自来水公司 燃气公司 供热公司 街道办 居委会 物业公司 教育局 卫健委 医保局 民政局 环保局 交通局 公交公司 水务局 园林局 房管局 公积金中心 税务局 消防队 信访局 劳动监察大队 派出所 村委会 业委会 开发商 政务大厅 社保局 车管所 规划局 文旅局 农业局 应急管理局',
  ),
  building: [
    '{n:1-60}栋',
    '{n:1-40}号楼',
    '{n:1-30}幢',
    '{n:1-30}号楼{n:1-4}单元',
    '{n:1-12}栋{n:1-4}单元{digits:3}室',
    '{n:1-20}号楼{n:1-33}楼',
    '{n:1-12}栋{n:1-4}单元{n:1-30}零{n:1-6}',
  ],
  houseNumber: [
    '{n:1-400}号',
    '{n:1-400}号',
    '{digits:3}号',
    '{n:1-200}号附近',
    '{n:1-200}号门口',
    '和{road}交叉口',
    '和{road}路口',
    '地铁站旁边',
    '小学门口',
    '菜市场对面',
    '公交站旁边',
    '医院后面',
    '加油站门口',
    '派出所隔壁',
  ],
  spot: ['南门', '北门', '东门口', '西门', '地下车库', '大门口', '里面', '旁边', '后面', '楼下', '对面', '附近', '门口'],
  place: [
    '{road}{houseNumber}',
    '{road}{houseNumber}',
    '{road}{estate}',
    '{estate}{building}',
    '{estate}',
    '{road}',
    '{street}{community}',
    '{street}{road}{houseNumber}',
    '{street}{estate}',
    '{community}',
    '{community}{estate}{building}',
    '{estate}{spot}',
    '{road}{spot}',
  ],
  some: words('两 三 四 五 六 七 八 十 好几 半'),
  howLong: words(
    '{some}天 {some}个小时 {some}个月 一个多星期 一整天 半个月 {n:2-30}天 快{some}个月 好几天 一周 大半年 一年多 一个星期 两个星期 三天',
  ),
  dayPart: words('凌晨 早上 上午 中午 下午 晚上 昨天晚上 今天早上 半夜 傍晚 每天晚上 夜里'),
  hour: words('一 两 三 四 五 六 七 八 九 十 十一 十二'),
  clock: ['{dayPart}{hour}点', '{dayPart}{hour}点半', '{dayPart}{hour}点多', '{dayPart}{hour}点{n:10-59}分', '{dayPart}{hour}点左右', '{dayPart}{hour}点钟'],
  date: words(
    '{n:1-12}月{n:1-31}号 {n:1-12}月{n:1-31}日 今天 昨天 前天 上个星期{weekday} 上周 上周{weekday} 上个月 去年{n:1-12}月 这两天 这个月{n:1-28}号 从周一开始 从国庆开始 二零二{n:3-6}年{n:1-12}月 最近 这几天',
  ),
  weekday: [...'一二三四五六'],
  surname: [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文'],
  givenChar: [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英玉兰建国志华安宝北博昌长成春翠德东凤福高光广贵海汉红宏鸿花怀辉惠吉佳嘉江锦京景康乐利莲林龙隆茂梅美民南宁荣如瑞山尚石世寿双松泰天田同万维文祥向新星兴秀学雪阳怡益银永元月云泽振正忠庆苏'],
  givenName: ['{givenChar}', '{givenChar}{givenChar}', '{givenChar}{givenChar}'],
  title: words('先生 女士 师傅 阿姨 大爷 同志'),
  shop: words(
    '健身房 美容院 理发店 培训班 驾校 超市 饭店 烧烤店 游泳馆 早教中心 洗车店 瑜伽馆 网吧 奶茶店 大排档 菜市场 洗衣店 幼儿园 宠物店 眼镜店 家具城 装修公司 中介公司 旅行社 快递站 药店 网店 火锅店 水果店 工厂 学校 医院 餐馆 茶馆 便利店',
  ),
};
