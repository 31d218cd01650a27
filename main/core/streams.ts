import type { StreamSources } from '../../contract/streams.ts';
import type { CoreParts } from './parts.ts';
import { requireEndpoint } from './servers/require-endpoint.ts';
import { untilAborted } from './until-aborted.ts';

/** Every stream of the contract, fed by the parts of the core. */
export function streamSources({
  status,
  audit,
  logs,
  doctor,
  installer,
  inspector,
  servers,
}: CoreParts): StreamSources {
  return {
    status: (_params, push, { signal }) => status.stream(push, signal),
    logs: (filter, push, { signal, drop }) => {
      for (const line of logs.query(filter ?? {})) push(line);
      const subscription = logs.follow(filter ?? {}, { onLine: push, onDropped: (count) => drop?.(count) });
      return untilAborted(signal).finally(() => subscription.dispose());
    },
    audit: (filter, push, { signal }) => audit.follow(filter ?? {}, push, signal),
    doctor: (params, push, { signal }) => doctor.run(params?.target, push, signal),
    'presets.install': ({ preset, route }, push, { signal }) => installer.install(preset, route, push, signal),
    'inspector.call': async ({ slug, tool, args }, push, { signal }) => {
      requireEndpoint(servers, slug);
      const { result, ms } = await inspector.call(slug, tool, args, {
        who: 'inspector',
        signal,
        onFrame: (frame) => push({ type: 'frame', frame }),
        onProgress: (progress) => push({ type: 'progress', progress }),
      });
      push({ type: 'result', result, ms });
    },
  };
}
