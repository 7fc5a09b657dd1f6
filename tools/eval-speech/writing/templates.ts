/** Everything else that is said in the synthetic calls. Written for the evaluation, kept apart from the training sentences. */
import type { TicketKind } from '../../../server/drafts/types.ts';

const list = (text: string): readonly string[] => text.split('|').map((s) => s.trim());

export const agentSays = {
  hello: list(
    '您好，江城市一二三四五热线，请问有什么可以帮您|您好，这里是市民服务热线，请讲|您好，很高兴为您服务，请问有什么事',
  ),
  place: list('请问具体在什么位置|好的，具体地址是哪里呢|请问是哪个小区，哪条路|您说的地方在哪里'),
  time: list('这个情况是什么时候开始的|请问是什么时候的事|请问这样有多久了'),
  name: list('请问您贵姓|请问怎么称呼您'),
  number: list('请留一个联系电话|请问您的联系电话是多少|方便留个电话号码吗'),
  bye: list(
    '好的，已经帮您登记了，请保持电话畅通|好的，我们会尽快转给有关部门处理，感谢您的来电|好的，都记下来了，再见',
  ),
} as const;

/** How callers begin, by what they want; the second half says nothing of it. */
export const openings: Readonly<Record<TicketKind, readonly string[]>> = {
  complaint: list(
    '喂，你好，我要投诉一个事情|你好，我要投诉|我打电话来投诉的|喂，你好，有个事情要跟你们说|你好，我想反映个情况',
  ),
  report: list('你好，我要举报|喂，我想举报一件事|你好，我来举报的|你好，我要举报一个情况|喂，你好，我举报'),
  help: list(
    '喂，你好，麻烦你们帮个忙|你好，我有急事求助|你好，我们这里有个事情|喂，你好，是热线吗|你好，想请你们帮忙协调一下',
  ),
  consult: list('你好，我想咨询一下|喂，请问一下|你好，我打听个事|你好，有个事想问问|麻烦问一下'),
  suggestion: list('你好，我想提个建议|喂，你好，我有一个建议|你好，给你们提点建议'),
  praise: list('你好，我不是投诉，是来感谢的|喂，你好，我打电话来是想说声感谢|你好，我要表扬人'),
};

/** What callers ask for at the end. */
export const wishes: Readonly<Record<TicketKind, readonly string[]>> = {
  complaint: list('你们管一管吧|希望有人来处理|到底有没有人管啊|请你们叫他们改'),
  report: list('你们快去查一下|希望你们查处|请你们派人去看看|不要让人知道是我说的'),
  help: list('麻烦快点派人来修一下|什么时候能修好|麻烦你们派个人过来|请你们帮我们解决一下'),
  consult: list('就是想问这个|麻烦你告诉我|我该怎么做|谢谢你'),
  suggestion: list('希望你们考虑一下|请你们研究研究|要是能办就好了'),
  praise: list('请你们替我转告一声|现在这样的人不多了|一定要表扬他'),
};

export const places = {
  estate: list(
    '就在{estate}{house}|我住在{estate}{house}|是{estate}，{house}|在{street}{estate}{house}|{estate}{house}，属于{street}',
  ),
  estateNear: list('在{estate}{near}|就是{street}{estate}{near}|{estate}{near}'),
  community: list('在{street}{community}|我是{community}的|就在{community}，{street}的|我住在{street}，{community}'),
  road: list('在{street}{road}{number}号|{road}{number}号，在{street}|地址是{street}{road}{number}号'),
  roadNear: list('{street}{road}{number}号{near}|就在{road}{number}号{near}，{street}'),
} as const;
export const near = list('门口|对面|旁边|后面');

export const times = list(
  '昨天晚上开始的|已经有三天了|上个星期就这样了|大概一个月了|从今天早上开始的|每天晚上都这样|有半年了|上个月开始的|快一个星期了|前天开始的',
);
export const names = list('我姓{surname}|免贵姓{surname}|姓{surname}|我姓{surname}，叫我{surname}{title}就可以');
export const titles = list('先生|女士|师傅');
/** Common ones; the rest is in what callers spell out. */
export const surnames = Array.from(
  '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟田任姜范方石姚谭',
);
export const numbers = list('我的电话是{number}|{number}|你记一下，{number}|就打{number}|手机，{number}');
export const thanks = list('好的，谢谢你|谢谢，再见|好，麻烦你们了|行，那就这样');
