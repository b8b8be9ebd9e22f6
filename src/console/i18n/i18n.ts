import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { hotline } from '../app/hotline.ts';
import { type Language, settings } from '../app/settings.ts';
import { PHRASES, type PhraseKey } from './phrases.ts';

export type Values = Record<string, string | number>;
export type Translate = (key: PhraseKey, values?: Values) => string;

const column = (index: 0 | 1): Record<string, string> =>
  Object.fromEntries(Object.entries(PHRASES).map(([key, pair]) => [key, pair[index]]));

/** Chinese first; English changes the interface and never a citizen's words. React escapes, so interpolation does not. */
export const startI18n = (): void => {
  void i18next.use(initReactI18next).init({
    lng: settings.get().language,
    fallbackLng: 'zh-CN',
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    interpolation: { escapeValue: false, prefix: '{', suffix: '}' },
    resources: { 'zh-CN': { translation: column(0) }, en: { translation: column(1) } },
  });
  const follow = (): void => {
    const { language } = settings.get();
    document.documentElement.lang = language;
    if (i18next.language !== language) void i18next.changeLanguage(language);
  };
  follow();
  settings.subscribe(follow);
};

/** For code outside React. */
export const translate: Translate = (key, values) => i18next.t(key, values ?? {});

export const useWords = (): { t: Translate; language: Language } => {
  const { t, i18n } = useTranslation();
  return { t: (key, values) => t(key, values ?? {}), language: i18n.language === 'en' ? 'en' : 'zh-CN' };
};

/** A preferred agent's own queue is named after their extension. */
const OWN_QUEUE = /^agent-(\d+)$/;

/** Queues carry the switch's plain names; the service has the words for them. Empty for a call that names no queue. */
export const queueWord = (t: Translate, queue: string): string => {
  const known = hotline.get()?.queues.find((each) => each.queue === queue);
  if (known) return i18next.language === 'en' ? known.en : known.zh;
  const extension = OWN_QUEUE.exec(queue)?.[1];
  return extension ? t('queue.own', { extension }) : queue;
};
