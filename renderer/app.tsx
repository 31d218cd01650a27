import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import type { PageName } from './model/route.ts';
import { ActivityPage } from './pages/activity/activity-page.tsx';
import { ClientsPage } from './pages/clients/clients-page.tsx';
import { ContextsPage } from './pages/contexts/contexts-page.tsx';
import { DoctorPage } from './pages/doctor/doctor-page.tsx';
import { InspectorHistoryProvider } from './pages/inspector/history-context.tsx';
import { InspectorPage } from './pages/inspector/inspector-page.tsx';
import { LogsPage } from './pages/logs/logs-page.tsx';
import { ServersPage } from './pages/servers/servers-page.tsx';
import { SettingsPage } from './pages/settings/settings-page.tsx';
import type { Session } from './session/session.ts';
import { SessionProvider, useSessionState } from './session/session-context.tsx';
import { ConnectionBanner } from './shell/banners.tsx';
import { BrandMark } from './shell/brand.tsx';
import { Nav } from './shell/nav.tsx';
import { Palette } from './shell/palette.tsx';
import { PaletteProvider } from './shell/palette-context.tsx';
import { ThemeProvider } from './shell/theme.tsx';
import { useRoute } from './shell/use-route.ts';
import { ToastProvider } from './ui/toasts.tsx';

const contents: Readonly<Record<PageName, () => ReactNode>> = {
  servers: ServersPage,
  contexts: ContextsPage,
  clients: ClientsPage,
  activity: ActivityPage,
  inspector: InspectorPage,
  doctor: DoctorPage,
  logs: LogsPage,
  settings: SettingsPage,
};

/** The whole window over one session. */
export function App({ session }: { session: Session }) {
  return (
    <SessionProvider session={session}>
      <ThemeProvider>
        <ToastProvider>
          <PaletteProvider>
            <InspectorHistoryProvider>
              <Window />
            </InspectorHistoryProvider>
          </PaletteProvider>
        </ToastProvider>
      </ThemeProvider>
    </SessionProvider>
  );
}

function Window() {
  const ready = useSessionState((state) => state.status !== null);
  const { page } = useRoute();
  if (!ready) return <Opening />;
  const Content = contents[page];
  return (
    <div className="flex h-full">
      <Nav current={page} />
      <main className="flex min-w-0 flex-1 flex-col">
        <ConnectionBanner />
        <Content key={page} />
      </main>
      <Palette />
    </div>
  );
}

function Opening() {
  return (
    <main className="flex h-full flex-col">
      <ConnectionBanner />
      <div className="m-auto flex items-center gap-2.5 text-muted" role="status">
        <BrandMark />
        Opening Berth…
        <LoaderCircle size={14} aria-hidden className="spin" />
      </div>
    </main>
  );
}
