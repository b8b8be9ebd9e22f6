import { createRoot } from 'react-dom/client';
import { startI18n } from '../i18n/i18n.ts';
import { applyTheme } from '../theme.ts';
import '../ui/base.css';
import '../app/app.css';
import '../ui/pages.css';
import { CitizenPage } from './citizen.tsx';

startI18n();
applyTheme(document.documentElement, window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light', 1);
const root = document.getElementById('root');
if (root) createRoot(root).render(<CitizenPage />);
