import { useWords } from '../i18n/i18n.ts';
import { Empty, PageTop } from '../ui/parts.tsx';

export const NotFoundPage = () => {
  const { t } = useWords();
  return (
    <main className="page">
      <PageTop title={t('not_found.title')} />
      <Empty title={t('not_found.note')} />
    </main>
  );
};
