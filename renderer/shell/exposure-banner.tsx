import { exposedPlaces } from '../model/exposed.ts';
import { useStatus } from '../session/session-context.tsx';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { navigate, useRoute } from './use-route.ts';

/** On every page, for as long as it lasts. The panel that tells it in full speaks for its own server. */
export function ExposureBanner() {
  const servers = useStatus((status) => status.servers);
  const { page, path } = useRoute();
  const exposed = servers.filter(
    (server) => exposedPlaces(server) !== null && !(page === 'servers' && path[0] === server.slug),
  );
  if (exposed.length === 0) return null;
  return (
    <section aria-label="Servers open to the network" className="flex shrink-0 flex-col gap-2 px-4 pt-3 pb-1">
      {exposed.map((server) => (
        <Notice
          key={server.slug}
          tone="bad"
          live
          action={<Button onClick={() => navigate('servers', [server.slug])}>Show server</Button>}
        >
          <b className="font-semibold">{server.slug}</b> is open to the network on {exposedPlaces(server)}.
        </Notice>
      ))}
    </section>
  );
}
