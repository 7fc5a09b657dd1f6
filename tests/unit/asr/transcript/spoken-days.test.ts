import { describe, expect, it } from '@jest/globals';
import { spokenDays, type Day } from '../../../../asr/transcript/spoken-days.ts';

/** A Friday. */
const today: Day = { year: 2026, month: 11, day: 27 };
const written = ({ year, month, day }: Day): string =>
  `${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
const found = (text: string): readonly string[] =>
  spokenDays(text, today).map(({ text: said, first, last, time, dayPart }) => {
    const days = written(first) === written(last) ? written(first) : `${written(first)}..${written(last)}`;
    const clock = time === null ? '' : ` ${String(time.hour)}:${String(time.minute).padStart(2, '0')}`;
    return `${said} ${days}${clock}${dayPart === null ? '' : ` ${dayPart}`}`;
  });

describe('days as they are spoken, on Friday 27 November 2026', () => {
  it.each([
    ['昨天开始停水', ['昨天 2026-11-26']],
    ['大前天的事', ['大前天 2026-11-24']],
    ['后天来修', ['后天 2026-11-29']],
    ['昨晚十一点多', ['昨晚十一点 2026-11-26 23:00 晚上']],
    ['今天早上七点半', ['今天早上七点半 2026-11-27 7:30 早上']],
    ['前天下午3点20分', ['前天下午3点20分 2026-11-25 15:20 下午']],
    ['上个月底就报过了', ['上个月底 2026-10-27..2026-10-31']],
    ['上月二十五号', ['上月二十五号 2026-10-25']],
    ['这个月初', ['这个月初 2026-11-01..2026-11-05']],
    ['下个月中旬', ['下个月中旬 2026-12-11..2026-12-20']],
    ['下礼拜三给答复', ['下礼拜三 2026-12-02']],
    ['上星期天晚上八点', ['上星期天晚上八点 2026-11-22 20:00 晚上']],
    ['这周一', ['这周一 2026-11-23']],
    ['周三停的电', ['周三 2026-11-25']],
    ['礼拜六很吵', ['礼拜六 2026-11-21']],
    ['上周末', ['上周末 2026-11-21..2026-11-22']],
    ['上周一直没人管', ['上周 2026-11-16..2026-11-22']],
    ['上个星期', ['上个星期 2026-11-16..2026-11-22']],
    ['去年十二月份', ['去年十二月 2025-12-01..2025-12-31']],
    ['去年底', ['去年底 2025-12-01..2025-12-31']],
    ['今年3月5号', ['今年3月5号 2026-03-05']],
    ['三月五号签的合同', ['三月五号 2026-03-05']],
    ['1月3日到期', ['1月3日 2027-01-03']],
    ['十月底', ['十月底 2026-10-27..2026-10-31']],
    ['二零二五年四月十二号', ['二零二五年四月十二号 2025-04-12']],
    ['2024年2月29日', ['2024年2月29日 2024-02-29']],
    ['三天前', ['三天前 2026-11-24']],
    ['两个礼拜以前', ['两个礼拜以前 2026-11-13']],
    ['半年', []],
    ['十五号', ['十五号 2026-11-15']],
    ['二十九号', ['二十九号 2026-10-29']],
    ['三号楼', []],
    ['滨江大道88号院', []],
    ['四月三十一号', []],
    ['从昨天到今天', ['昨天 2026-11-26', '今天 2026-11-27']],
    ['没有说时间', []],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('says where the words stand', () => {
    const [day] = spokenDays('我上个月底打过电话', today);
    expect(day).toMatchObject({ from: 1, to: 5, text: '上个月底' });
  });

  it.each([
    [{ year: 2026, month: 1, day: 31 }, '上个月底', '2025-12-27'],
    [{ year: 2024, month: 3, day: 31 }, '一个月前', '2024-02-29'],
    [{ year: 2026, month: 3, day: 1 }, '大前天', '2026-02-26'],
    [{ year: 2026, month: 11, day: 29 }, '下周一', '2026-11-30'],
  ])('crosses months and years (%j, %s)', (reference, text, first) => {
    expect(spokenDays(text, reference).map((day) => written(day.first))).toEqual([first]);
  });
});
