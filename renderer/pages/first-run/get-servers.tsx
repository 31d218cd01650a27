import { useState } from 'react';
import { type Preset, verdictWords } from '../../../contract/model/preset.ts';
import { InstallProgramDialog } from '../servers/install-program-dialog.tsx';
import { canInstall, InstallButton } from '../servers/preset-cards.tsx';

interface GetServersProps {
  presets: readonly Preset[];
  /** Nothing can be docked yet, so this is what comes first. */
  alone: boolean;
  onInstalled(): void;
  /** The user wants to dock the one that was installed. */
  onNext(preset: string): void;
}

/** Servers that are not on this machine and that Berth can install. */
export function GetServers({ presets, alone, onInstalled, onNext }: GetServersProps) {
  const [installing, setInstalling] = useState<string | null>(null);
  const offered = presets.filter(canInstall);
  const preset = presets.find(({ id }) => id === installing);
  if (offered.length === 0 && !preset) return null;
  return (
    <div className={alone ? '' : 'mt-3'}>
      <p className="mb-1.5 text-muted">
        {alone ? 'None was found on this machine. Berth can install one:' : 'Berth can also install:'}
      </p>
      <ul className="overflow-hidden rounded-lg border border-line">
        {offered.map((each) => (
          <li
            key={each.id}
            className="flex items-center gap-2.5 py-1.5 pr-1.5 pl-3 not-first:border-t not-first:border-line"
          >
            <span className="min-w-0 flex-1">
              {each.title}
              {each.program && each.program.verdict !== 'missing' && (
                <span className="text-sm text-muted"> ({verdictWords[each.program.verdict]})</span>
              )}
            </span>
            <InstallButton preset={each} word="Install…" onInstall={setInstalling} />
          </li>
        ))}
      </ul>
      {preset && (
        <InstallProgramDialog
          preset={preset}
          next="Choose it"
          onInstalled={onInstalled}
          onNext={() => {
            onNext(preset.id);
            setInstalling(null);
          }}
          onClose={() => setInstalling(null)}
        />
      )}
    </div>
  );
}
