import type { ThemeConfig } from 'antd';
import { useLayoutEffect, useMemo, useState } from 'react';
import { antdTheme, applyTheme, type ThemeName } from '../theme.ts';
import { useStore } from '../ui/store.ts';
import { scaleOf, settings } from './settings.ts';

const darkWanted = window.matchMedia('(prefers-color-scheme: dark)');

/** Puts the chosen theme on the page and gives the library its own copy of it. */
export const useTheme = (): ThemeConfig => {
  const { theme, size } = useStore(settings);
  const [systemDark, setSystemDark] = useState(darkWanted.matches);
  useLayoutEffect(() => {
    const listener = (): void => setSystemDark(darkWanted.matches);
    darkWanted.addEventListener('change', listener);
    return () => darkWanted.removeEventListener('change', listener);
  }, []);
  const name: ThemeName = theme === 'system' ? (systemDark ? 'dark' : 'light') : theme;
  const scale = scaleOf(size);
  useLayoutEffect(() => applyTheme(document.documentElement, name, scale), [name, scale]);
  return useMemo(() => antdTheme(name, scale), [name, scale]);
};
