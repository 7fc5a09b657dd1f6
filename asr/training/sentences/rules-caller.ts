/** What citizens say to the hotline. */
import type { Grammar } from './grammar.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const callerRules: Grammar = {
  greet: words(
    '你好 您好 喂，你好 喂 你好，是一二三四五热线吗 您好，我要投诉 你好，我想反映一个问题 您好，我想咨询一下 同志你好 你好，麻烦问一下 请问是市民热线吗 哎，你好 那个 嗯 我要反映 我要投诉 我想举报 喂，您好',
  ),
  closing: words(
    '请帮忙处理一下 请尽快处理 希望你们能管一管 什么时候能修好 麻烦你们派人来看看 没有人管 打了好几次电话都没人管 希望尽快解决 谢谢 谢谢你 太影响生活了 老人孩子都受不了 请给我回个电话 到底归谁管 请相关部门核实 严重影响出行 我要投诉 请你们转给{department} 多久能给答复 影响我们休息 请派人来处理',
  ),
  problem: words(
    `停水了 停水{howLong}了 停电了 已经停电{howLong}了 家里没有水 水管爆了 水管破裂漏水 自来水又黄又臭 水压太低，洗澡都没水 水表坏了 电费收得太高了 电费算错了 变压器着火了 电线掉下来了 自来水发黄
    路灯不亮 路灯坏了{howLong}了 路灯{clock}就关了 井盖丢了 井盖坏了，很危险 井盖松动，车一压就响 下水道堵了 下水道堵塞 污水满出来了 下雨就积水 路面塌陷了 路上有个大坑 红绿灯坏了 红绿灯时间太短 护栏倒了 人行道的砖坏了 道路积水严重
    施工噪音太大 工地{clock}还在施工 广场舞声音太吵 {shop}放音响扰民 楼上装修太吵了 晚上飙车太吵，睡不着觉 烧烤摊油烟太大 {shop}油烟直接排到我家 焚烧垃圾，味道很大 工厂排废气，呛得很 河水发黑发臭 扬尘很大 噪音扰民 夜间施工噪音扰民 油烟扰民
    占道经营 摆摊占道，车都过不去 乱停车，堵住消防通道 共享单车乱放 违停车辆堵了大门 楼顶有人违建 一楼住户私搭乱建 有人在公共绿地种菜 小广告贴得到处都是 垃圾没人清理 垃圾桶满了{howLong}没人收 建筑垃圾堆在路边 厕所太脏了 绿化树倒了，压到车了 流浪狗咬人 养了很多鸡，很臭 垃圾堆积 消防通道被堵了
    电梯坏了{howLong}没人修 电梯困人了 物业不作为 物业费涨到每平方{some}块 物业乱收费 门禁坏了 楼道堆满杂物 楼道灯不亮 外墙脱落 屋顶漏水 消防栓没有水 飞线充电，很不安全 停车费太贵 停车位不够 充电桩不能用 监控坏了，电动车被偷了 电梯经常故障 物业不管
    暖气不热 家里只有{n:10-18}度 供暖到现在没开始 燃气停了 闻到煤气味 网络断了{howLong} 没有手机信号 公交车等了{n:20-60}分钟都没来 {n:1-300}路公交车甩站 司机态度很差 出租车拒载 出租车不打表 网约车绕路多收了{n:5-60}块钱 燃气泄漏 有煤气泄漏`,
  ),
  topic: ['{problem}'],
  aboutPlace: [
    '{greet}，{place}{problem}',
    '{place}{problem}，{closing}',
    '{greet}，我是{place}的{who}，{problem}',
    '{date}{place}{problem}',
    '{place}那边{problem}，{howLong}了',
    '{clock}{place}{problem}',
    '我要投诉{place}{problem}',
    '我要举报{place}的{shop}{problem}',
    '{place}有人{topic}',
    '{place}{topic}',
    '我想反映{place}{topic}的问题',
    '{place}的{shop}{problem}，{closing}',
    '{dayPart}{place}{topic}，{closing}',
  ],
  who: words('业主 居民 住户 租户 村民 商户'),
  aboutProblem: ['我们这里{problem}，{closing}', '我住在{place}，{problem}，{closing}', '{problem}，{problem}', '我要投诉{topic}', '我想咨询{topic}', '就是{topic}，{closing}', '{topic}', '关于{topic}的事情'],
  address: ['我住在{place}', '地址是{place}', '在{place}', '就在{road}{houseNumber}', '{road}{n:1-400}号', '{estate}{building}', '是{road}，不是{road}', '是{street}', '属于{street}{community}', '具体地址是{place}', '就在{estate}{spot}', '是{community}', '{street}{road}{n:1-400}号'],
  person: ['我姓{surname}', '我姓{surname}', '我叫{surname}{givenName}', '免贵姓{surname}，叫我{surname}{title}就行', '{surname}{title}', '我是{surname}{title}'],
  number: ['我的电话是{mobile}', '电话{mobile}', '就打这个号码', '手机号是{mobile}', '{mobile}', '我的电话是{digits:8}', '工单号是{digits:8}', '身份证号{digits:18}', '验证码{digits:6}', '尾号{digits:4}', '你记一下，{mobile}', '打我手机{mobile}', '车牌号是{digits:5}'],
  money: [
    '{shop}{gone}，我的{card}里还有{n:100-9000}块钱',
    '我在{shop}办了卡，现在不给退费',
    '{shop}卖过期食品',
    '在{shop}买到假货，要求赔偿',
    '我交了{n:100-99000}元定金，现在不退',
    '网上买的东西有质量问题，商家不给退货',
    '{boss}欠我{some}个月工资，一共{n:1000-60000}块',
    '{boss}拖欠工资{some}个月了',
    '公司不给交社保',
    '没有签劳动合同就把我辞退了',
    '加班不给加班费',
    '我们{n:5-50}个人的工资都没有结',
  ],
  gone: words('关门了 跑路了 倒闭了 换老板了 不给退钱'),
  card: words('预付卡 会员卡 年卡 充值卡'),
  boss: words('老板 公司 包工头 工地 单位 工厂'),
  question: [
    '请问医保{insurance}',
    '我想问一下社保{insurance}',
    '公积金{fund}',
    '孩子的户口{register}',
    '{estate}属于哪个学区',
    '孩子{school}需要什么手续',
    '我想{paper}，{howTo}',
    '{benefit}{benefitAsk}',
    '房产证一直办不下来',
    '开发商{builder}',
    '请问{department}的电话是多少',
    '请问{department}几点上班',
    '我想咨询一下{paper}{howTo}',
  ],
  insurance: words('怎么报销 断了怎么补缴 异地就医怎么备案 卡丢了怎么补办 缴费标准是多少 余额怎么查 怎么转移 在哪里办 断缴{some}个月有影响吗'),
  fund: words('怎么提取 能不能取出来交房租 贷款额度是多少 能贷多少钱 单位不给交怎么办'),
  register: words('怎么迁过来 能不能落在这里 需要什么材料 怎么办理 怎么上'),
  school: words('上幼儿园 上小学 转学 上初中 入学'),
  paper: words('申请低保 办残疾证 申请公租房 办居住证 办营业执照 办身份证 办护照 办老年卡 领失业金 过户房子 办房产证 考驾照 补办驾驶证 报名中考'),
  howTo: words('需要什么材料 到哪里办 要多长时间 网上能办吗 怎么办理 周末能办吗'),
  benefit: words('购房补贴 高龄补贴 生育津贴 养老金 失业金 人才补贴 以旧换新补贴 拆迁补偿款 丧葬费 助学金'),
  benefitAsk: words('什么时候发 怎么申请 没有到账 标准是多少 找哪个部门 为什么没有发'),
  builder: words('延期交房 烂尾了 不退首付 虚假宣传 逾期{howLong}不交房 停工了'),
  follow: ['我上次反映的{earlier}怎么还没处理', '我上次反映的{earlier}已经{howLong}了', '工单{digits:6}办结了吗', '我对处理结果不满意', '我对处理结果很满意', '我想查一下我的工单', '{department}{blame}', '我要{act}{department}', '我要{act}{shop}', '我要{act}{n:1-300}路公交车司机'],
  earlier: words('问题 停水的事 噪音的事 路灯的事 工资的事'),
  blame: words('态度不好 不作为 推来推去 说不归他们管 让我打你们电话 一直没人接电话'),
  act: words('投诉 举报 表扬 感谢 反映'),
  danger: ['有人掉到河里了', '老人晕倒了，快来人', '有人要跳楼', '孩子走失了，怎么办', '{place}着火了', '{place}发生交通事故', '有人煤气中毒了', '有人在打架', '我被骗了{n:1000-90000}块', '有人受伤了', '要爆炸了', '房子要塌了', '我不想活了', '几十个人在堵路', '我们要集体上访'],
  answer: words(
    '转人工 我要转人工 听不清楚 你再说一遍 没听懂 是的 对 对的 不是 不对 没有了 没有别的事了 好的 好的谢谢 嗯，是的 可以 不用了 等一下 你说什么 声音大一点 我说的是 不方便说 匿名可以吗 需要保密 不要公开我的信息 再见 谢谢你啊 辛苦了 没问题 就这样吧 行 先这样 不需要回访 需要回访 方便 现在方便 满意 非常满意 一般 不满意 我不会讲普通话 我年纪大了，说慢一点 好，谢谢 没有其他问题了 就打这个电话 是本人 对，就是这个 嗯 好',
  ),
  caller: [
    ...Array<string>(9).fill('{aboutPlace}'),
    ...Array<string>(4).fill('{aboutProblem}'),
    ...Array<string>(5).fill('{address}'),
    ...Array<string>(2).fill('{person}'),
    ...Array<string>(3).fill('{number}'),
    ...Array<string>(2).fill('{money}'),
    ...Array<string>(3).fill('{question}'),
    ...Array<string>(2).fill('{follow}'),
    '{danger}',
    ...Array<string>(2).fill('{answer}'),
  ],
};
