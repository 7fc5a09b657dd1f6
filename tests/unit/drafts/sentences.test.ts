import { describe, expect, it } from '@jest/globals';
import { talk, wrong, type Expected } from './support.ts';

/** One sentence of the caller and what must be in the draft after it. */
const rows: readonly (readonly [string, Expected])[] = [
  [
    '我要投诉锦绣花园楼下的烧烤店油烟太大',
    { kind: '投诉', classId: /餐饮油烟$/, communityId: '锦绣社区', departmentId: '城管局' },
  ],
  ['枫临晚小区楼下烧烤摊油盐味受不了', { classId: /餐饮油烟$/, communityId: '枫林社区', placeText: /枫林晚小区/ }],
  ['工地半夜还在施工，打桩声音吵得睡不着', { classId: /施工噪声$/, occurredText: /半夜/, kind: '投诉' }],
  ['每天晚上七点到九点广场舞音响太吵', { classId: /社会生活噪声$/, occurredText: '每天晚上七点到九点' }],
  [
    '我家停水了，在听涛雅苑',
    { classId: /停水$/, communityId: '听涛社区', streetId: '望潮街道', departmentId: '自来水公司' },
  ],
  ['听滔雅院从昨天下午开始停水', { communityId: '听涛社区', occurredText: '从昨天下午开始', classId: /停水$/ }],
  ['我们屋里冇得水', { classId: /停水$/ }],
  [
    '海棠花园停电了，什么时候来电',
    { classId: /停电$/, communityId: '海棠社区', kind: '求助', departmentId: '供电公司' },
  ],
  ['五栋有人闻到煤气味，快来人', { classId: /燃气泄漏$/, urgency: '特急', risk: '燃气泄漏', kind: '求助' }],
  ['楼道里着火了', { risk: '火情', urgency: '特急', departmentId: '消防支队' }],
  ['有人要跳楼，赶紧派人来', { risk: '轻生', urgency: '特急' }],
  ['没有着火，就是味道大', { risk: '' }],
  // 滨江大道 sounds nearly like 滨江街道: what was said is told once.
  ['滨江街道锦绣花园楼下的烧烤店油烟很大', { streetId: '滨江街道', placeText: '滨江街道锦绣花园楼下' }],
  ['书院路的路灯坏了半个多月了', { classId: /路灯不亮$/, streetId: '桐荫街道', placeText: '书院路' }],
  ['石鼓路井盖丢了，很危险', { classId: /井盖问题$/, streetId: '石鼓街道', urgency: '紧急' }],
  [
    '南埔大道和水鲜路交叉口红绿灯坏了',
    { classId: /红绿灯与标线$/, placeText: '南浦大道和水仙路交叉口', departmentId: '交警支队' },
  ],
  ['下水道堵了，污水满出来', { classId: /下水道堵塞$/, departmentId: '水务局' }],
  ['电梯坏了三天没人修', { classId: /电梯故障$/, occurredText: /三天/ }],
  ['有人困在电梯里出不来了', { classId: /电梯困人$/, departmentId: '消防支队' }],
  ['小区物业不作为，垃圾没人收', { kind: '投诉' }],
  ['物业费涨价太多了，物业乱收费', { classId: /物业收费$/, departmentId: '住建局' }],
  ['楼上漏水漏到我家了', { classId: /房屋漏水$/ }],
  ['请问公积金怎么提取', { kind: '咨询', classId: /公积金提取$/, departmentId: '公积金中心' }],
  ['我想咨询一下异地就医怎么备案', { kind: '咨询', classId: /异地就医$/, departmentId: '医保局' }],
  ['请问社保卡丢了在哪里补办', { kind: '咨询', classId: /社保卡$/ }],
  ['孩子上小学，学区怎么划片', { classId: /小学初中入学$/, departmentId: '教育局' }],
  ['包工头拖欠工资，老板跑了', { classId: /拖欠工资$/, departmentId: '人社局' }],
  ['健身房关门了，年卡不给退', { classId: /预付卡退费$/, departmentId: '市场监管局' }],
  ['饭店吃出虫子，孩子拉肚子', { classId: /餐饮卫生$/ }],
  ['我要举报有人偷排污水', { kind: '举报', classId: /企业排污$/, departmentId: '生态环境局' }],
  ['我举报泉塘工业园工厂废气', { kind: '举报', communityId: '泉塘社区', classId: /工业废气$/ }],
  ['建议在橘洲中学门口增设红绿灯', { kind: '建议', communityId: '橘洲社区', streetId: '南浦街道' }],
  ['我想表扬白鹭社区的工作人员热心帮忙', { kind: '表扬', communityId: '白鹭社区' }],
  ['出租车拒载还不打表', { classId: /出租车服务$/, departmentId: '交通局' }],
  ['公交车等了四十分钟都不来', { classId: /公交班次与候车$/, departmentId: '公交集团' }],
  ['有车堵住消防通道，消防车进不来', { classId: /消防通道占用$/ }],
  ['楼下飞线充电，电动车上楼很危险', { classId: /飞线充电$/, urgency: '紧急' }],
  ['流浪狗咬人了', { classId: /流浪犬伤人$/, departmentId: '公安局' }],
  ['我叫李建国，住在梧桐花园', { callerName: '李建国', communityId: '梧桐社区', streetId: '桐荫街道' }],
  ['我姓欧阳', { callerName: '欧阳' }],
  ['我举报工厂废气，我要匿名', { callerName: '匿名', kind: '举报' }],
  ['不要透露我的名字', { callerName: '匿名' }],
  ['我的电话是幺三八零零幺三八零零零', { callbackNumber: '13800138000' }],
  ['打我座机86543210', { callbackNumber: '86543210' }],
  ['我的身份证号是440106199001011234', { callbackNumber: '13900001111' }],
  ['我的工单号是20240512', { callbackNumber: '13900001111' }],
  ['不是锦绣花园，是海棠花园', { communityId: '海棠社区' }],
  ['上个月底就开始臭气熏天', { occurredText: /上个月底/, classId: /异味恶臭$/ }],
  ['从上周三开始就没有热水', { occurredText: '从上周三开始' }],
  ['手机信号太差，网络断了两天', { classId: /信号与宽带$/, departmentId: '工信局' }],
  ['养猪场太臭了，在长塘养殖场', { classId: /养殖污染$/, streetId: '玉屏镇' }],
  ['学校食堂饭菜不卫生', { classId: /校园食品$/ }],
  ['我要办营业执照需要什么材料', { kind: '咨询', classId: /营业执照办理$/ }],
];

describe('one sentence', () => {
  it('there are enough of them', () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });
  it.each(rows)('%s', (text, expected) => {
    expect(wrong(talk([`C:${text}`]).draft, expected)).toEqual([]);
  });
});
