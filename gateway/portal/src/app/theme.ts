import { theme, type ThemeConfig } from 'antd';

const FONTS =
  "-apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif";
/** Quiet words that pass WCAG AA on both grounds; antd's own do not. */
const LIGHT_QUIET = 'rgba(0,0,0,.62)';
const DARK_QUIET = 'rgba(255,255,255,.68)';

export const themeOf = (dark: boolean): ThemeConfig => ({
  algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
  token: {
    borderRadius: 4,
    fontFamily: FONTS,
    ...(dark
      ? {
          colorPrimary: '#5b9dff',
          colorError: '#ff9c9c',
          colorLink: '#8ab8ff',
          colorTextDescription: DARK_QUIET,
          colorTextTertiary: DARK_QUIET,
          colorTextPlaceholder: DARK_QUIET,
        }
      : {
          colorPrimary: '#0958d9',
          colorError: '#b3131b',
          colorLink: '#0958d9',
          colorTextDescription: LIGHT_QUIET,
          colorTextTertiary: LIGHT_QUIET,
          colorTextPlaceholder: 'rgba(0,0,0,.6)',
        }),
  },
  components: {
    Table: { cellPaddingBlockSM: 7 },
    ...(dark
      ? {
          Button: { primaryColor: '#06142e' },
          Menu: { itemSelectedColor: '#8ab8ff' },
          Tabs: { itemSelectedColor: '#8ab8ff' },
        }
      : {}),
  },
});
