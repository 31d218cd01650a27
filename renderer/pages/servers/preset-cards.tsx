import { ChevronRight, Download } from 'lucide-react';
import { type Preset, sourceWords, verdictWords } from '../../../contract/model/preset.ts';
import { Button } from '../../ui/button.tsx';
import { MarkedWord } from '../../ui/state-mark.tsx';

interface PresetCardsProps {
  presets: readonly Preset[];
  onChoose(id: string): void;
  /** The user wants its program installed, or a newer one. */
  onInstall(id: string): void;
}

/** What can be docked: first what can be used on this machine, then how to get the rest. */
export function PresetCards({ presets, onChoose, onInstall }: PresetCardsProps) {
  const usable = presets.filter(isUsable);
  const others = presets.filter((preset) => !isUsable(preset));
  return (
    <>
      <ul className="grid grid-cols-2 gap-2.5 max-[720px]:grid-cols-1">
        {usable.map((preset) => (
          <li key={preset.id}>
            <button
              type="button"
              onClick={() => onChoose(preset.id)}
              className="flex h-full w-full items-start gap-2 rounded-lg border border-line-2 bg-panel p-3 text-left hover:border-accent hover:bg-accent-bg"
            >
              <span className="min-w-0 flex-1">
                <span className="font-semibold">{preset.title}</span>
                <span className="block text-sm text-muted">{preset.description}</span>
                <FoundVersion preset={preset} />
              </span>
              <ChevronRight size={16} aria-hidden className="mt-0.5 shrink-0 text-muted" />
            </button>
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <section>
          <h3 className="mb-1.5 text-sm font-semibold text-muted">Not ready on this machine</h3>
          <ul className="overflow-hidden rounded-lg border border-line">
            {others.map((preset) => (
              <UnusablePreset key={preset.id} preset={preset} onInstall={onInstall} onChoose={onChoose} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Whether a server of this preset would start here. */
function isUsable(preset: Preset): boolean {
  return preset.found !== null && preset.install === null;
}

/** What is missing, and the way to get it: by Berth where it knows one, by hand otherwise. */
function UnusablePreset({ preset, onInstall, onChoose }: { preset: Preset } & Omit<PresetCardsProps, 'presets'>) {
  const verdict = preset.program?.verdict ?? 'missing';
  const installable = canInstall(preset);
  return (
    <li className="flex items-start gap-3 px-3 py-2.5 not-first:border-t not-first:border-line">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2.5">
          <span className="font-medium">{preset.title}</span>
          {verdict !== 'missing' && verdict !== 'usable' && (
            <span className="text-sm">
              <MarkedWord mark="warn">{verdictWords[verdict]}</MarkedWord>
            </span>
          )}
        </p>
        <p className="text-sm text-muted">{preset.description}</p>
        {preset.install && (
          <p className="mt-0.5 text-sm wrap-anywhere">
            {installable && verdict === 'missing' ? `By hand: ${preset.install}` : preset.install}
          </p>
        )}
      </div>
      {preset.found && (
        <Button kind="quiet" className="shrink-0" onClick={() => onChoose(preset.id)}>
          Set up anyway
        </Button>
      )}
      {installable && <InstallButton preset={preset} word="Install…" onInstall={onInstall} />}
    </li>
  );
}

/** Berth can get a program that is missing or that cannot be used. */
export function canInstall({ program }: Preset): boolean {
  return program?.installable === true && program.verdict !== 'usable' && program.verdict !== 'unknown-version';
}

/** Opens the plan of an installation. */
export function InstallButton({
  preset,
  word,
  onInstall,
}: {
  preset: Preset;
  word: string;
  onInstall(id: string): void;
}) {
  return (
    <Button
      className="shrink-0"
      aria-label={`${word.replace('…', '')} ${preset.title}`}
      icon={<Download size={14} aria-hidden />}
      onClick={() => onInstall(preset.id)}
    >
      {word}
    </Button>
  );
}

/** Which program is used and from where, in one line; nothing for presets that bring their own. */
export function FoundVersion({ preset }: { preset: Preset }) {
  const [first] = preset.program?.found ?? [];
  if (!first) return null;
  const others = (preset.program?.found.length ?? 0) - 1;
  return (
    <span className="mt-1 block text-sm" title={preset.program?.found.map(({ path }) => path).join('\n')}>
      <MarkedWord mark="ok">{first.version ? `found, ${first.version}` : verdictWords[first.verdict]}</MarkedWord>
      <span className="ml-1.5 text-muted">
        {sourceWords[first.source]}
        {others > 0 && `, and ${others} more`}
      </span>
    </span>
  );
}
