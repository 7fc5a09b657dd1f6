/** What the scripted recogniser "hears" when nothing else is given. */
import type { SpeechSide } from '../../ports.ts';

export type Script = Readonly<Record<SpeechSide, readonly string[]>>;

export const defaultScript: Script = {
  caller: [
    '您好，我要投诉。',
    '滨江大道八十八号的烧烤店油烟扰民。',
    '每天晚上十一点多还在营业，影响我们休息。',
    '我姓王。',
    '我的电话是13800001234。',
    '谢谢，再见。',
  ],
  agent: [
    '您好，江城12345热线，请问有什么可以帮您？',
    '请问具体地址在哪里？',
    '请问您的联系电话是多少？',
    '好的，我帮您登记。',
    '感谢您的来电，再见。',
  ],
};
