import type { CallOutput } from '../../../contract/calls.ts';
import { useCapabilities, useLoaded, useStatus } from '../../session/session-context.tsx';
import { Page, PageBody } from '../../shell/page.tsx';
import { type Theme, useTheme } from '../../shell/theme.tsx';
import { Box, Fact, Facts } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyableCode } from '../../ui/copy-button.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { MarkedWord } from '../../ui/state-mark.tsx';
import { Lasting } from '../../ui/time.tsx';
import { useAction } from '../../ui/use-action.ts';
import { LoginSetting } from './login-setting.tsx';
import { PortSetting } from './port-setting.tsx';
import { Secrets } from './secrets.tsx';

/** What belongs to Berth itself. Servers and contexts have their settings where they are shown. */
export function SettingsPage() {
  const settings = useLoaded<'settings.get'>('settings', (session, signal) =>
    session.call('settings.get', undefined, { signal }),
  );
  return (
    <Page title="Settings">
      <PageBody narrow>
        {settings.error && (
          <ErrorNotice error={settings.error} action={<Button onClick={settings.reload}>Try again</Button>} />
        )}
        {settings.data && <OwnSettings loaded={settings.data} reload={settings.reload} />}
        <Keychain />
        <Secrets />
        <About />
      </PageBody>
    </Page>
  );
}

const themes: readonly { id: Theme; title: string }[] = [
  { id: 'system', title: 'As the system' },
  { id: 'light', title: 'Light' },
  { id: 'dark', title: 'Dark' },
];

function OwnSettings({ loaded, reload }: { loaded: CallOutput<'settings.get'>; reload(): void }) {
  const capabilities = useCapabilities();
  const { theme, choose } = useTheme();
  const change = useAction(choose);
  return (
    <Box title="Berth">
      <div className="flex flex-col gap-5 p-3.5">
        <PortSetting port={loaded.settings.port} onSaved={reload} />
        <fieldset>
          <legend className="mb-1 font-medium">Theme</legend>
          <div className="inline-flex overflow-hidden rounded-md border border-control">
            {themes.map(({ id, title }) => (
              <label
                key={id}
                className="px-3 py-1 not-first:border-l not-first:border-line-2 has-checked:bg-accent-bg has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
              >
                <input
                  type="radio"
                  name="theme"
                  className="sr-only"
                  checked={theme === id}
                  onChange={() => void change.run(id)}
                />
                {title}
              </label>
            ))}
          </div>
        </fieldset>
        {capabilities?.autostart && <LoginSetting on={loaded.settings.startAtLogin} onSaved={reload} />}
        <div>
          <p className="mb-1 font-medium">Settings file</p>
          <CopyableCode text={loaded.path} what="path of the settings file" />
          <p className="mt-1 text-sm text-muted">
            You may edit it by hand; Berth watches it and keeps your comments. A faulty file changes nothing and is
            shown above.
          </p>
        </div>
      </div>
    </Box>
  );
}

function Keychain() {
  const { state, reason } = useStatus((status) => status.keychain);
  return (
    <Box title="Keychain">
      <div className="flex flex-col gap-2 p-3.5">
        {state === 'available' && (
          <p>
            <MarkedWord mark="ok">Unlocked</MarkedWord>{' '}
            <span className="text-muted">Secrets live in the keychain of your system.</span>
          </p>
        )}
        {state === 'unknown' && <p className="text-muted">Not used yet: no secret was needed so far.</p>}
        {state === 'unavailable' && (
          <Notice tone="warn">Secrets are kept in memory and end with this run. {reason}</Notice>
        )}
      </div>
    </Box>
  );
}

function About() {
  const version = useStatus((status) => status.version);
  const shell = useStatus((status) => status.shell);
  const pid = useStatus((status) => status.pid);
  const startedAt = useStatus((status) => status.startedAt);
  const endpoint = useStatus((status) => status.endpoint);
  const platform = useCapabilities()?.platform;
  return (
    <Box title="About">
      <div className="p-3.5">
        <Facts>
          <Fact word="Version">Berth {version}</Fact>
          <Fact word="Runs as">
            {shell === 'desktop' ? 'desktop app' : 'headless, shown in a browser'}
            {platform && ` on ${platform}`} · pid {pid}
          </Fact>
          <Fact word="Up">
            <Lasting since={startedAt} />
          </Fact>
          <Fact word="Endpoints">{endpoint ?? 'none: see the problem above'}</Fact>
          <Fact word="Licence">Apache-2.0</Fact>
        </Facts>
      </div>
    </Box>
  );
}
