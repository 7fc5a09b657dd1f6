import { describe, expect, it } from '@jest/globals';
import { engine, talk, wrong, type Expected } from './support.ts';

const dialogues: readonly (readonly [string, readonly string[], Expected])[] = [
  [
    'barbecue smoke',
    [
      'A:您好，江城12345热线，请问有什么可以帮您',
      'C:你好，我要投诉，我们锦绣花园三号楼下边那个烧烤店，每天晚上十点以后油烟特别大',
      'A:您说的是滨江街道锦绣花园三号楼吗',
      'C:对个对个，熏得睡不着',
      'A:请问您贵姓',
      'C:我姓王',
      'A:王先生，电话就是来电这个号码吗',
      'C:不是，你打我13800138000',
    ],
    {
      kind: '投诉',
      classId: /餐饮油烟$/,
      streetId: '滨江街道',
      communityId: '锦绣社区',
      placeText: /锦绣花园三号楼/,
      departmentId: '城管局',
      occurredText: '每天晚上十点以后',
      callerName: '王先生',
      callbackNumber: '13800138000',
      urgency: '一般',
      summary: /^来电人反映：.*油烟.*。$/,
    },
  ],
  [
    'no water',
    [
      'C:喂，我家停水了，从昨天下午开始就没有水',
      'A:请问是哪个小区',
      'C:听涛雅苑',
      'A:怎么称呼您',
      'C:我叫李建国',
      'C:就打这个号码',
      'C:什么时候能来水啊',
    ],
    {
      kind: '求助',
      classId: /停水$/,
      streetId: '望潮街道',
      communityId: '听涛社区',
      departmentId: '自来水公司',
      occurredText: '从昨天下午开始',
      callerName: '李建国',
      callbackNumber: '13900001111',
    },
  ],
  [
    'wages',
    [
      'C:你好，包工头拖欠工资，老板跑了',
      'A:工地在什么位置',
      'C:在科创大道那个科创园',
      'A:什么时候的事',
      'C:上个月十五号就不发了',
      'A:您贵姓',
      'C:免贵姓赵',
      'C:我电话是幺三九',
      'A:嗯',
      'C:零零幺二',
      'C:三四五六',
    ],
    {
      kind: '投诉',
      classId: /拖欠工资$/,
      streetId: '青枫街道',
      communityId: '科创社区',
      placeText: '科创大道科创园',
      departmentId: '人社局',
      occurredText: /上个月十五号/,
      callerName: '赵',
      callbackNumber: '13900123456',
    },
  ],
  [
    'gas leak',
    [
      'C:快来人啊，我们这里闻到煤气味',
      'A:请问在什么地方',
      'C:白鹭花园五栋二单元',
      'C:漏气了，有人晕倒了',
      'A:请马上离开，请问您贵姓',
      'C:姓陈',
    ],
    {
      kind: '求助',
      classId: /燃气泄漏$/,
      streetId: '白鹭洲街道',
      communityId: '白鹭社区',
      placeText: '白鹭花园五栋二单元',
      risk: '燃气泄漏、人员伤亡',
      urgency: '特急',
      departmentId: '燃气热力集团',
      callerName: '陈',
    },
  ],
  [
    'polluter',
    [
      'C:我要举报，泉塘工业园有个厂偷排污水，排到河里',
      'A:具体什么时候',
      'C:上个月底就开始了，一般是凌晨两点多',
      'A:请问怎么称呼',
      'C:不方便说',
    ],
    {
      kind: '举报',
      classId: /企业排污$/,
      streetId: '云栖街道',
      communityId: '泉塘社区',
      departmentId: '生态环境局',
      occurredText: /上个月底.*凌晨两点/,
      callerName: '',
    },
  ],
  [
    'provident fund',
    [
      'C:你好，请问一下公积金怎么提取',
      'A:您是租房提取还是购房提取',
      'C:租房，需要什么材料',
      'A:请问您贵姓',
      'C:我姓林，双木林',
    ],
    {
      kind: '咨询',
      classId: /公积金提取$/,
      departmentId: '公积金中心',
      callerName: '林',
      urgency: '一般',
      summary: /^来电人咨询：.*公积金.*解答。$/,
      callbackNumber: '13900001111',
    },
  ],
  [
    'street lamp with a homophone street',
    [
      'C:我反映个事，望朝路路灯坏了，晚上黑灯瞎火的',
      'A:是望潮路什么位置',
      'C:望潮体育馆门口',
      'A:多久了',
      'C:半个多月了',
      'A:您贵姓',
      'C:姓周',
    ],
    {
      classId: /路灯不亮$/,
      streetId: '望潮街道',
      communityId: '康乐社区',
      departmentId: '城管局',
      occurredText: /半个多月/,
      callerName: '周',
    },
  ],
  [
    'correction',
    [
      'C:海棠花园电梯坏了，没人修',
      'A:您说的是海棠花园对吗',
      'C:不是海棠花园，是丹桂飘香小区',
      'A:好的，丹桂飘香小区',
      'C:对，七号楼',
      'A:您贵姓',
      'C:我姓何',
    ],
    {
      classId: /电梯故障$/,
      communityId: '丹桂社区',
      streetId: '青枫街道',
      placeText: /丹桂飘香小区.*七号楼/,
      departmentId: '市场监管局',
      callerName: '何',
    },
  ],
  [
    'praise',
    [
      'C:你好，我想表扬一下公交司机',
      'A:好的，请您说',
      'C:昨天下午我妈坐车，司机师傅热心帮忙',
      'A:请问您怎么称呼',
      'C:我叫孙丽',
    ],
    {
      kind: '表扬',
      occurredText: '昨天下午',
      callerName: '孙丽',
      summary: /^来电人表扬：.*感谢。$/,
      callbackNumber: '13900001111',
      urgency: '一般',
    },
  ],
  [
    'dialect',
    [
      'C:喂，我们屋里冇得水咯',
      'A:请问您在哪个小区',
      'C:柳堤春晓小区，今朝早上就停了',
      'A:您贵姓',
      'C:姓杨',
      'C:赶紧来看一下，老人细伢子都要喝水',
    ],
    {
      classId: /停水$/,
      kind: '求助',
      streetId: '柳堤街道',
      communityId: '柳堤社区',
      departmentId: '自来水公司',
      occurredText: /今朝早上/,
      callerName: '杨',
      urgency: '紧急',
    },
  ],
  [
    'card refund',
    [
      'C:我在凤凰广场那个健身房办了年卡，现在关门了',
      'A:您想怎么处理',
      'C:要求把钱退给我',
      'A:联系电话是多少',
      'C:150 1234 5678',
      'A:您贵姓',
      'C:我姓吴',
    ],
    {
      kind: '投诉',
      classId: /预付卡退费$/,
      communityId: '凤凰台社区',
      streetId: '鹤鸣街道',
      departmentId: '市场监管局',
      callerName: '吴',
      callbackNumber: '15012345678',
    },
  ],
];

describe('whole dialogues', () => {
  it('there are enough of them, with enough fields', () => {
    expect(dialogues.length).toBeGreaterThanOrEqual(10);
    for (const [, , expected] of dialogues) expect(Object.keys(expected).length).toBeGreaterThanOrEqual(5);
  });
  it.each(dialogues)('%s', (_name, lines, expected) => {
    const { draft } = talk(lines);
    expect(wrong(draft, expected)).toEqual([]);
    expect(engine.missing(draft)).toEqual([]);
  });
});
