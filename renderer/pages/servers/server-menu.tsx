import { Copy, Ellipsis, Inbox, Play, RotateCw, ScrollText, Square, Stethoscope } from 'lucide-react';
import type { Server } from '../../../contract/model/server.ts';
import { navigate } from '../../shell/use-route.ts';
import { mayDo, useServerActions } from '../../shell/use-server-actions.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { useToasts } from '../../ui/toasts.tsx';

/** What can be done with a server: the most likely thing as a button, all of it in a menu. */
export function ServerMenu({ server }: { server: Server }) {
  const act = useServerActions();
  const copy = useCopyEndpoint(server);
  const { slug } = server;
  return (
    <span className="inline-flex items-center">
      {mayDo('start', server) ? (
        <Button
          kind="quiet"
          size="icon"
          aria-label={`Start ${slug}`}
          icon={<Play size={13} fill="currentColor" aria-hidden />}
          onClick={() => void act('start', [slug])}
        />
      ) : (
        <Button
          kind="quiet"
          size="icon"
          aria-label={`Stop ${slug}`}
          disabled={!mayDo('stop', server)}
          icon={<Square size={11} fill="currentColor" aria-hidden />}
          onClick={() => void act('stop', [slug])}
        />
      )}
      <Menu
        trigger={
          <Button
            kind="quiet"
            size="icon"
            aria-label={`Actions of ${slug}`}
            icon={<Ellipsis size={15} aria-hidden />}
          />
        }
      >
        <MenuItem
          disabled={!mayDo('start', server)}
          icon={<Play size={14} aria-hidden />}
          onSelect={() => void act('start', [slug])}
        >
          Start
        </MenuItem>
        <MenuItem
          disabled={!mayDo('stop', server)}
          icon={<Square size={14} aria-hidden />}
          onSelect={() => void act('stop', [slug])}
        >
          Stop
        </MenuItem>
        <MenuItem
          disabled={!mayDo('restart', server)}
          icon={<RotateCw size={14} aria-hidden />}
          onSelect={() => void act('restart', [slug])}
        >
          Restart
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<ScrollText size={14} aria-hidden />} onSelect={() => navigate('logs', [], { server: slug })}>
          Open log
        </MenuItem>
        <MenuItem icon={<Inbox size={14} aria-hidden />} onSelect={() => navigate('inspector', [slug])}>
          Open inspector
        </MenuItem>
        <MenuItem
          icon={<Stethoscope size={14} aria-hidden />}
          onSelect={() => navigate('servers', [slug], { test: '1' })}
        >
          Test connection
        </MenuItem>
        <MenuItem icon={<Copy size={14} aria-hidden />} onSelect={copy}>
          Copy endpoint
        </MenuItem>
      </Menu>
    </span>
  );
}

function useCopyEndpoint({ slug, endpoint }: Server): () => Promise<void> {
  const toasts = useToasts();
  return async () => {
    if (await copyText(endpoint.http)) toasts.done(`Copied the endpoint of ${slug}.`);
    else toasts.failed('The endpoint could not be copied.', { hint: endpoint.http });
  };
}
