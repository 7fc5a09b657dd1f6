import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { Suspense, lazy, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../components/use-store.ts';
import { LoginPage } from '../features/login/login-page.tsx';
import { api } from '../lib/api.ts';
import type { SignedIn } from '../lib/api.ts';
import { switchLanguage } from '../lib/i18n/index.ts';
import type { Info } from '../lib/types.ts';
import { pathStore } from './location.ts';
import { theme } from './theme.ts';

const Workplace = lazy(() => import('./workplace.tsx'));
const PhonePage = lazy(() => import('../features/phone/phone-page.tsx'));

/** Languages, theme, and which page. */
export function App(): ReactElement {
  const { i18n } = useTranslation();
  const info = useInfo();
  const path = useStore(pathStore);
  return (
    <ConfigProvider theme={theme} locale={i18n.language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
      <AntApp component={false}>
        <Suspense fallback={<Waiting />}>
          {path === '/phone' ? <PhonePage info={info} onLanguage={switchLanguage} /> : <Signed info={info} />}
        </Suspense>
      </AntApp>
    </ConfigProvider>
  );
}

function useInfo(): Info | null {
  const [info, setInfo] = useState<Info | null>(null);
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      const reply = await api.info();
      if (gone) return;
      if (reply.ok) {
        setInfo(reply.value);
        document.title = `${reply.value.cityName}${reply.value.hotlineNumber} 热线`;
      } else setTimeout(() => void ask(), 3000);
    };
    void ask();
    return () => {
      gone = true;
    };
  }, []);
  return info;
}

/** Log-in, or the workplace of who is signed in. */
function Signed({ info }: { readonly info: Info | null }): ReactElement {
  const [signedIn, setSignedIn] = useState<SignedIn | null | 'asking'>('asking');
  const [expired, setExpired] = useState(false);
  useEffect(() => {
    void api.me().then((reply) => {
      setSignedIn(reply.ok ? reply.value : null);
    });
  }, []);
  if (signedIn === 'asking') return <Waiting />;
  if (signedIn === null) {
    return (
      <LoginPage
        info={info}
        expired={expired}
        onLanguage={switchLanguage}
        onSignedIn={(value) => {
          setExpired(false);
          setSignedIn(value);
        }}
      />
    );
  }
  return (
    <Workplace
      key={signedIn.csrfToken}
      signedIn={signedIn}
      info={info}
      onSignedOut={(byServer) => {
        setExpired(byServer);
        setSignedIn(null);
      }}
    />
  );
}

function Waiting(): ReactElement {
  const { t } = useTranslation();
  return <p className="page-waiting">{t('connection.loading')}</p>;
}
