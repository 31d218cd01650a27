import type { Server } from '../../../contract/model/server.ts';
import { cpuText, listenerText, memoryText } from '../../../contract/model/usage.ts';
import { sparklinePoints } from '../../model/sparkline.ts';
import { useCapabilities } from '../../session/session-context.tsx';
import { Fact } from '../../ui/box.tsx';

const WIDTH = 72;
const HEIGHT = 18;

/** What a running server uses and where it listens. */
export function ResourceFacts({ server }: { server: Server }) {
  const platform = useCapabilities()?.platform;
  const { resources, limits, listeners } = server;
  if (server.pid === null) return null;
  if (platform === 'win32') {
    return (
      <Fact word="Uses">
        <span className="text-muted">not measured on Windows</span>
      </Fact>
    );
  }
  const details = [
    ...(resources && resources.processes > 1 ? [`${resources.processes} processes together`] : []),
    ...(limits.memoryMegabytes === undefined ? [] : [`at most ${memoryText(limits.memoryMegabytes * 2 ** 20)}`]),
  ];
  return (
    <>
      <Fact word="CPU">
        {resources === null || resources.cpu === null ? (
          <span className="text-muted">being measured</span>
        ) : (
          <span className="figures">{cpuText(resources.cpu)}</span>
        )}
        {limits.cpuPercent !== undefined && <span className="text-muted"> · at most {limits.cpuPercent} %</span>}
      </Fact>
      <Fact word="Memory">
        {resources === null ? (
          <span className="text-muted">being measured</span>
        ) : (
          <span className="inline-flex items-center gap-2">
            <MemoryChart values={resources.memoryPerMinute} />
            <span className="figures">{memoryText(resources.memoryBytes)}</span>
          </span>
        )}
        {details.length > 0 && <span className="block text-sm text-muted">{details.join(' · ')}</span>}
      </Fact>
      {listeners !== null && listeners.length > 0 && (
        <Fact word="Listens on">
          {listeners.map((listener) => (
            <span
              key={listenerText(listener)}
              className={`block font-mono text-sm/5 ${listener.loopback ? '' : 'font-semibold text-bad'}`}
            >
              {listenerText(listener)}
            </span>
          ))}
        </Fact>
      )}
    </>
  );
}

/** The most memory in each of the last minutes, from zero, so that a steady server is a steady line. */
function MemoryChart({ values }: { values: readonly number[] }) {
  if (values.length < 2) return null;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`Memory in the last ${values.length} minutes, now ${memoryText(values.at(-1) ?? 0)}`}
    >
      <polyline
        points={sparklinePoints(values, WIDTH, HEIGHT, 1.25 * Math.max(...values))}
        fill="none"
        strokeWidth="1.5"
        className="stroke-accent"
      />
    </svg>
  );
}
