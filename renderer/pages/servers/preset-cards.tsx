import { ChevronRight } from 'lucide-react';
import type { Preset } from '../../../contract/model/preset.ts';
import { MarkedWord } from '../../ui/state-mark.tsx';

/** What can be docked: first what is on this machine, then how to get the rest. */
export function PresetCards({ presets, onChoose }: { presets: readonly Preset[]; onChoose(id: string): void }) {
  const found = presets.filter((preset) => preset.found);
  const missing = presets.filter((preset) => !preset.found);
  return (
    <>
      <ul className="grid grid-cols-2 gap-2.5 max-[720px]:grid-cols-1">
        {found.map((preset) => (
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
      {missing.length > 0 && (
        <section>
          <h3 className="mb-1.5 text-sm font-semibold text-muted">Not on this machine</h3>
          <ul className="overflow-hidden rounded-lg border border-line">
            {missing.map((preset) => (
              <li key={preset.id} className="px-3 py-2.5 not-first:border-t not-first:border-line">
                <p className="font-medium">{preset.title}</p>
                <p className="text-sm text-muted">{preset.description}</p>
                {preset.install && <p className="mt-0.5 text-sm wrap-anywhere">{preset.install}</p>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Where a preset's program is, in one line; nothing for presets that bring their own. */
export function FoundVersion({ preset }: { preset: Preset }) {
  if (!preset.found || preset.id === 'command' || preset.id === 'url') return null;
  return (
    <span className="mt-1 block text-sm" title={preset.found.path}>
      <MarkedWord mark="ok">{preset.found.version ? `found, ${preset.found.version}` : 'found'}</MarkedWord>
    </span>
  );
}
