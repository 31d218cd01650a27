import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { Preset } from '../../../contract/model/preset.ts';
import { asBerthError, useSession } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { InstallButton } from './preset-cards.tsx';

interface InstalledByBerthProps {
  presets: readonly Preset[];
  onInstall(id: string): void;
  onRemoved(): void;
}

/** The programs in Berth's own folder: which version, a newer one where there is one, and the way out. */
export function InstalledByBerth({ presets, onInstall, onRemoved }: InstalledByBerthProps) {
  const session = useSession();
  const [asked, setAsked] = useState<Preset | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorInfo | null>(null);
  const installed = presets.flatMap((preset) => {
    const own = preset.program?.found.find(({ source }) => source === 'berth');
    return own ? [{ preset, version: own.version, update: preset.program?.update ?? null }] : [];
  });
  if (installed.length === 0) return null;

  const remove = async (preset: Preset) => {
    setBusy(true);
    setError(null);
    try {
      await session.call('presets.uninstall', { preset: preset.id });
      onRemoved();
    } catch (failure) {
      setError(asBerthError(failure).toInfo());
    } finally {
      setBusy(false);
      setAsked(null);
    }
  };
  return (
    <section>
      <h3 className="mb-1.5 text-sm font-semibold text-muted">Installed by Berth</h3>
      <ul className="overflow-hidden rounded-lg border border-line">
        {installed.map(({ preset, version, update }) => (
          <li
            key={preset.id}
            className="flex items-center gap-2 py-1.5 pr-2 pl-3 not-first:border-t not-first:border-line"
          >
            <span className="min-w-0 flex-1">
              {preset.title} <span className="text-muted tabular-nums">{version}</span>
            </span>
            {update !== null && <InstallButton preset={preset} word={`Update to ${update}…`} onInstall={onInstall} />}
            <Button
              kind="quiet"
              aria-label={`Remove ${preset.title}`}
              icon={<Trash2 size={14} aria-hidden />}
              onClick={() => setAsked(preset)}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {error && (
        <div className="mt-2">
          <ErrorNotice error={error} />
        </div>
      )}
      {asked && (
        <Confirm
          open
          danger
          busy={busy}
          title={`Remove ${asked.title}?`}
          confirm="Remove"
          onConfirm={() => void remove(asked)}
          onClose={() => setAsked(null)}
        >
          <p>
            Its program goes from Berth’s folder. Servers that are docked from it stay, and use another program where
            one is found.
          </p>
        </Confirm>
      )}
    </section>
  );
}
