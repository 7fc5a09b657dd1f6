import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { api } from '../../lib/api.ts';
import type { Reply, SignedIn } from '../../lib/api.ts';
import type { Info } from '../../lib/types.ts';

export interface LoginPageProps {
  readonly info: Info | null;
  /** The session ended by itself; said above the form. */
  readonly expired: boolean;
  readonly onLanguage: () => void;
  readonly onSignedIn: (signedIn: SignedIn) => void;
}

/** Name and password; every refusal says what to do next. */
export function LoginPage({ info, expired, onLanguage, onSignedIn }: LoginPageProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="login">
      <section className="login-side" aria-hidden="true">
        <div className="login-number">{info?.hotlineNumber ?? '12345'}</div>
        <div className="login-tagline">{t('login.tagline')}</div>
      </section>
      <main className="login-main">
        <div className="login-card">
          <div className="login-city">{info?.cityName ?? ' '}</div>
          <h1>
            {info?.hotlineNumber ?? '12345'} {t('product')}
          </h1>
          {expired && <Alert type="warning" showIcon title={t('login.signedOut')} />}
          <LoginForm onSignedIn={onSignedIn} />
          <footer className="login-foot">
            {info?.phoneEnabled === true && <a href="/phone">{t('login.phone', { number: info.hotlineNumber })}</a>}
            <span className="grow" />
            {info !== null && <span>{t('login.version', { version: info.version })}</span>}
            <Button type="link" size="small" onClick={onLanguage}>
              {t('language')}
            </Button>
          </footer>
        </div>
      </main>
    </div>
  );
}

function LoginForm({ onSignedIn }: Pick<LoginPageProps, 'onSignedIn'>): ReactElement {
  const { t } = useTranslation();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Extract<Reply<SignedIn>, { ok: false }> | null>(null);
  const [capsLock, setCapsLock] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    const reply = await api.login(login.trim(), password);
    setBusy(false);
    if (reply.ok) onSignedIn(reply.value);
    else setFailure(reply);
  };
  return (
    <form data-testid="login-form" className="login-form" onSubmit={(event) => void submit(event)}>
      <label>
        {t('login.name')}
        <Input
          data-testid="login-name"
          size="large"
          autoFocus
          autoComplete="username"
          required
          value={login}
          placeholder={t('login.namePlaceholder')}
          onChange={(event) => {
            setLogin(event.target.value);
          }}
        />
      </label>
      <label>
        {t('login.password')}
        <Input.Password
          data-testid="login-password"
          size="large"
          autoComplete="current-password"
          required
          value={password}
          placeholder={t('login.passwordPlaceholder')}
          onKeyUp={(event) => {
            setCapsLock(event.getModifierState('CapsLock'));
          }}
          onChange={(event) => {
            setPassword(event.target.value);
          }}
        />
      </label>
      {capsLock && <p className="hint-warn">{t('login.capsLock')}</p>}
      <div aria-live="assertive">
        {failure !== null && <Alert data-testid="login-error" type="error" showIcon title={failureText(t, failure)} />}
      </div>
      <Button data-testid="login-submit" type="primary" size="large" htmlType="submit" block loading={busy}>
        {t('login.submit')}
      </Button>
    </form>
  );
}

function failureText(t: TFunction, failure: Extract<Reply<SignedIn>, { ok: false }>): string {
  switch (failure.status) {
    case 0:
    case 502:
    case 504:
      return t('login.unreachable');
    case 400:
    case 401:
    case 403:
      return t('login.wrong');
    case 429:
      return failure.retryAfterS > 0 ? t('login.tooMany', { n: failure.retryAfterS }) : t('login.tooManyPlain');
  }
  return t('login.failed', { status: failure.status });
}
