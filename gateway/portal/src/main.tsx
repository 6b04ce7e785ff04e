import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import zhCN from 'antd/locale/zh_CN';
import { lazy, StrictMode, Suspense, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { ApiError } from './api/client';
import './app/app.css';
import { initI18n } from './app/i18n';
import { PrefsContext } from './app/prefs';
import { SessionContext, useSessionQuery } from './app/session';
import { themeOf } from './app/theme';
import { Shown } from './components/states';

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status < 500),
    },
  },
});

// Who is logged in needs no form, and who is not needs no menu.
const Welcome = lazy(() => import('./features/session/Welcome').then((it) => ({ default: it.Welcome })));
const Inside = lazy(() => import('./app/Inside'));

function Page() {
  const session = useSessionQuery();
  return (
    <Shown of={session}>
      {(who) => (
        <SessionContext value={who}>
          <Suspense>{who ? <Inside /> : <Welcome />}</Suspense>
        </SessionContext>
      )}
    </Shown>
  );
}

function Root() {
  const { i18n } = useTranslation();
  const [dark, setDark] = useState(() => localStorage.getItem('dark') === '1');
  const [english, setEnglish] = useState<Locale>();
  useEffect(() => {
    localStorage.setItem('dark', dark ? '1' : '0');
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }, [dark]);
  useEffect(() => {
    if (i18n.language === 'en') void import('antd/locale/en_US').then((it) => setEnglish(it.default));
  }, [i18n.language]);
  return (
    <ConfigProvider
      locale={i18n.language === 'en' ? (english ?? zhCN) : zhCN}
      button={{ autoInsertSpace: false }}
      theme={themeOf(dark)}
    >
      <PrefsContext value={{ dark, setDark }}>
        <AntApp>
          <Page />
        </AntApp>
      </PrefsContext>
    </ConfigProvider>
  );
}

await initI18n();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={cache}>
      <Root />
    </QueryClientProvider>
  </StrictMode>,
);
