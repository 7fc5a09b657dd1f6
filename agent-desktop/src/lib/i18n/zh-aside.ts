/** What stands beside the draft: articles, earlier tickets, a second matter, the dialect. Chinese. */
export const zhAside = {
  knowledge: {
    title: '知识库',
    empty: '市民说到的事，相关条目会出现在这里。',
    none: '没有找到“{{words}}”，换个说法试试。',
    search: '查知识库',
    stale: '已过期',
    staleHint: '有效期到 {{day}}，请先核实再答复',
    until: '有效期至 {{day}}',
    source: '来源：{{source}}',
    open: '打开全文',
    close: '收起（Esc）',
    copy: '复制这一句',
    copied: '已复制',
    copyFailed: '浏览器不允许复制，请手动选中',
    failed: '条目没有打开（{{status}}），请再试一次',
    gone: '这条已从知识库撤下',
    failedSearch: '查询没有成功，请再试一次',
  },
  similar: {
    title: '可能重复的工单',
    ago_zero: '今天',
    ago_other: '{{count}} 天前',
    why: {
      caller: '同一来电人',
      place: '同一地点：{{name}}',
      street: '{{name}}',
      class: '同一事项',
      topic: '同类事项：{{name}}',
    },
  },
} as const;
