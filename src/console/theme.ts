import type { ThemeConfig } from 'antd';

/**
 * The colours of the house: paper grey, blue-black ink and five meanings. Each value was chosen for its contrast on the grounds it
 * may stand on, so take another token rather than another value. Set as custom properties on the root element by `applyTheme`.
 */
const light = {
  canvas: '#EDF0F3',
  surface: '#FFFFFF',
  sunk: '#F5F7F9',
  line: '#DCE2E8',
  edge: '#84909C',
  text1: '#16202B',
  text2: '#445160',
  text3: '#5E6A77',
  blue: '#17599A',
  'blue-fill': '#1B62A8',
  'blue-fill-over': '#154F8A',
  'blue-soft': '#E3EDF7',
  green: '#1B6B49',
  'green-fill': '#1E7A53',
  'green-soft': '#E1F1E9',
  amber: '#7A5200',
  'amber-fill': '#F0B429',
  'amber-soft': '#FDF1D0',
  red: '#B0231A',
  'red-fill': '#C0291E',
  'red-soft': '#FBE7E5',
  violet: '#6440A3',
  'violet-soft': '#F0EAF9',
  'on-fill': '#FFFFFF',
  'on-amber': '#231900',
  shade: 'rgba(22, 32, 43, 0.18)',
};
export type Tokens = typeof light;

const dark: Tokens = {
  canvas: '#10151B',
  surface: '#181F27',
  sunk: '#12181F',
  line: '#2D3945',
  edge: '#6F7F8F',
  text1: '#E4EAF0',
  text2: '#B4C0CC',
  text3: '#92A0AE',
  blue: '#79B4EC',
  'blue-fill': '#2A6DB0',
  'blue-fill-over': '#235C96',
  'blue-soft': '#1B3047',
  green: '#63C596',
  'green-fill': '#22794F',
  'green-soft': '#17352A',
  amber: '#EBBE55',
  'amber-fill': '#D9A12A',
  'amber-soft': '#382D13',
  red: '#F5938A',
  'red-fill': '#C4382D',
  'red-soft': '#40201E',
  violet: '#BDA3EC',
  'violet-soft': '#2B2440',
  'on-fill': '#FFFFFF',
  'on-amber': '#231900',
  shade: 'rgba(0, 0, 0, 0.55)',
};

export const THEMES = { light, dark };
export type ThemeName = keyof typeof THEMES;

export const FONT_STACK =
  '"HL Punct","PingFang SC","Microsoft YaHei UI","Microsoft YaHei","Source Han Sans CN","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif,"SimSun-ExtB","Plangothic P1"';

/** Writes the tokens on the root element. `scale` is 1 or 1.125: texts grow, the places on the desk stay. */
export const applyTheme = (root: HTMLElement, name: ThemeName, scale: number): void => {
  for (const [token, value] of Object.entries(THEMES[name])) root.style.setProperty(`--${token}`, value);
  root.style.setProperty('--scale', String(scale));
  root.style.colorScheme = name;
  root.dataset.theme = name;
};

export const antdTheme = (name: ThemeName, scale: number): ThemeConfig => {
  const token = THEMES[name];
  return {
    cssVar: { key: 'hotline' },
    hashed: false,
    token: {
      colorPrimary: token['blue-fill'],
      // The library's lighter blue under the pointer falls below 4.5 with white on it.
      colorPrimaryHover: token['blue-fill-over'],
      colorPrimaryActive: token['blue-fill-over'],
      colorLink: token.blue,
      colorText: token.text1,
      colorTextSecondary: token.text2,
      colorTextTertiary: token.text3,
      colorTextPlaceholder: token.text3,
      colorTextDescription: token.text3,
      colorBgBase: token.surface,
      colorBgContainer: token.surface,
      colorBgElevated: token.surface,
      colorBgLayout: token.canvas,
      colorTextQuaternary: token.text3,
      colorTextDisabled: token.text3,
      colorBgContainerDisabled: token.sunk,
      colorBorderDisabled: token.line,
      colorIcon: token.text3,
      colorIconHover: token.text1,
      colorFillContent: token.canvas,
      colorFillSecondary: token.canvas,
      colorFillTertiary: token.canvas,
      controlItemBgHover: token['blue-soft'],
      colorBorder: token.edge,
      colorBorderSecondary: token.line,
      colorError: token['red-fill'],
      colorWarning: token['amber-fill'],
      colorSuccess: token['green-fill'],
      borderRadius: 4,
      borderRadiusLG: 6,
      borderRadiusSM: 3,
      controlHeight: 32,
      controlHeightSM: 28,
      fontSize: 14 * scale,
      fontFamily: FONT_STACK,
      motionDurationFast: '0.08s',
      motionDurationMid: '0.12s',
      motionDurationSlow: '0.16s',
      boxShadow: `0 4px 16px ${token.shade}`,
      boxShadowSecondary: `0 4px 16px ${token.shade}`,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500, defaultColor: token.text1 },
      Segmented: { trackBg: token.canvas, itemSelectedBg: token.surface, itemColor: token.text1, itemSelectedColor: token.blue },
    },
  };
};
