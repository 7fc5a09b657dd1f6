/** Words about calls that an agent takes by a telephone outside, Chinese; `en-phone.ts` has the same keys. */
export const zhPhone = {
  title: '改用电话接听',
  wanted: '线路较差：可以改用电话接听',
  text: '来电打到您的手机或座机，接起后按 1 才接通市民；填单仍在本页。号码只用于呼叫，退出登录即删除。',
  placeholder: '本人的手机或座机号码',
  use: '用电话接听',
  on: '正在用电话接听',
  onText: '示闲后，来电会打到您的电话；接起后按 1，或在页面上点“接听”。',
  stop: '改回本页接听',
  offer: { ringing: '正在呼叫您的电话，请接起后按 1', 'picked-up': '电话已接起：请按 1，或点“接听”' },
  talking: '用电话通话',
  ringAgain: '再次呼叫我的电话',
  advice: '改用电话',
} as const;
