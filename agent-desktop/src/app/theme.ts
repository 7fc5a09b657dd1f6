import type { ThemeConfig } from 'antd';

export const fontFamily = '"PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';

/** Quiet ground, one accent, square enough to be dense, large enough to be read for eight hours. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: '#0b5cad',
    colorInfo: '#0b5cad',
    colorSuccess: '#16794c',
    colorWarning: '#a35c00',
    colorError: '#c4281c',
    colorWarningBg: '#fdf3e1',
    colorWarningBorder: '#ecd6ab',
    colorErrorBg: '#fdecea',
    colorErrorBorder: '#f3bdb8',
    colorSuccessBg: '#e4f4ec',
    colorText: '#1c2733',
    colorTextSecondary: '#55636f',
    colorTextPlaceholder: '#8592a0',
    colorBorder: '#cbd3dc',
    borderRadius: 6,
    fontSize: 14,
    fontFamily,
    motionDurationMid: '0.12s',
    motionDurationSlow: '0.16s',
    controlHeight: 32,
  },
  components: {
    Button: { fontWeight: 500, primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
    Radio: { buttonSolidCheckedBg: '#0b5cad' },
  },
};
