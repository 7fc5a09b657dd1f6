import { useEffect } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

const digitKeys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;

export interface KeypadProps {
  readonly disabled: boolean;
  /** What has been pressed so far. */
  readonly digits: string;
  readonly onDigit: (digit: string) => void;
}

/** Twelve keys; the keyboard's own digits work too. */
export function Keypad({ disabled, digits, onDigit }: KeypadProps): ReactElement {
  const { t } = useTranslation();
  useEffect(() => {
    if (disabled) return;
    const onKey = (event: KeyboardEvent): void => {
      if (!event.repeat && !event.ctrlKey && digitKeys.some((k) => k === event.key)) onDigit(event.key);
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [disabled, onDigit]);
  return (
    <section className="keypad" aria-label={t('phone.keypad')}>
      <output className="keypad-digits num" data-testid="phone-digits">
        {digits === '' ? <small>{t('phone.keypadHint')}</small> : digits}
      </output>
      <div className="keypad-keys">
        {digitKeys.map((digit) => (
          <button
            key={digit}
            type="button"
            disabled={disabled}
            data-testid={`phone-key-${digit}`}
            onClick={() => {
              onDigit(digit);
            }}
          >
            {digit}
          </button>
        ))}
      </div>
    </section>
  );
}
