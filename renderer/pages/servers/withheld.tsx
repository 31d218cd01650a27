import type { Withheld } from '../../../contract/model/preset.ts';

/** What the program knows beside the options, and why it is not among them. Nothing when there is nothing to say. */
export function WithheldNames({ withheld }: { withheld: readonly Withheld[] }) {
  if (withheld.length === 0) return null;
  return (
    <details className="text-sm text-muted">
      <summary className="py-1">What Berth sets itself</summary>
      <dl className="mt-1 flex flex-col gap-2">
        {withheld.map(({ names, why }) => (
          <div key={names.join()}>
            <dt className="font-mono text-xs break-words">{names.join(', ')}</dt>
            <dd>{why}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
