import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Settings } from '../../contract/model/settings.ts';
import { useSession, useSessionState } from '../session/session-context.tsx';
import { useMedia } from './use-media.ts';

export type Theme = Settings['theme'];

interface ThemeChoice {
  readonly theme: Theme;
  /** Shows and remembers it. Rejects when the setting could not be saved. */
  choose(theme: Theme): Promise<void>;
}

const ThemeContext = createContext<ThemeChoice | null>(null);
const REMEMBERED = 'berth.theme';

export function useTheme(): ThemeChoice {
  const choice = useContext(ThemeContext);
  if (!choice) throw new Error('there is no theme provider above this component');
  return choice;
}

/** Light or dark as the setting says; the page remembers it so that the next start does not flash. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const session = useSession();
  const connection = useSessionState((state) => state.connection);
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const [theme, setTheme] = useState<Theme>(remembered);
  const dark = theme === 'dark' || (theme === 'system' && systemDark);

  useEffect(() => {
    document.documentElement.classList.toggle('dark', dark);
  }, [dark]);

  useEffect(() => {
    if (connection === 0) return;
    // Without an answer the remembered theme stays.
    session.call('settings.get').then(
      ({ settings }) => setTheme(settings.theme),
      () => {},
    );
  }, [session, connection]);

  useEffect(() => localStorage.setItem(REMEMBERED, theme), [theme]);

  const choice = useMemo<ThemeChoice>(
    () => ({
      theme,
      choose: async (next) => {
        setTheme(next);
        await session.call('settings.update', { theme: next });
      },
    }),
    [theme, session],
  );
  return <ThemeContext value={choice}>{children}</ThemeContext>;
}

function remembered(): Theme {
  const theme = localStorage.getItem(REMEMBERED);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
