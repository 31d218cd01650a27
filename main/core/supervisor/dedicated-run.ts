import { BerthError } from '../../../contract/errors.ts';
import type { DedicatedClient } from '../backend/backend.ts';
import { MODERN_VERSION } from '../backend/modern-protocol.ts';
import type { LogSink } from '../logs/log-sink.ts';
import { type RunContext, ServerRun } from './server-run.ts';

/**
 * Begins a run of the same plan as `shared` for one client: another process where the server speaks over stdio, another session
 * with the same process or upstream where it speaks over HTTP. Throws `refused` when too many clients have one.
 */
export function dedicate(slug: string, shared: ServerRun, client: DedicatedClient, context: RunContext): ServerRun {
  const limit = context.timings.dedicatedLimit;
  if (shared.beside.filter((run) => run.isForOne).length >= limit) {
    throw new BerthError(
      'refused',
      `${limit} clients have a backend of ${slug} of their own, which is as many as may.`,
      {
        hint: `End one of them, or let all share one: \`berth set ${slug} --sharing shared\`. Then it cannot ask clients anything.`,
      },
    );
  }
  return runBeside(slug, shared, { ...context, onBehalfOf: client.params }, client.name);
}

/** Begins a run of the same plan as `shared` for clients that speak the protocol without sessions; it fails with `unsupported` where the server does not. */
export function modernize(slug: string, shared: ServerRun, context: RunContext): ServerRun {
  return runBeside(slug, shared, { ...context, onBehalfOf: 'modern' }, `MCP ${MODERN_VERSION}`);
}

function runBeside(slug: string, shared: ServerRun, context: RunContext, name: string): ServerRun {
  const { plan } = shared;
  if (!plan) throw new BerthError('not-running', `The server ${slug} does not run.`);
  const run = new ServerRun(
    slug,
    // Its files belong to the run beside it, which outlives it.
    async () => ({ plan: plan.transport === 'stdio' ? plan : { ...plan, process: null }, release: async () => {} }),
    { ...context, logs: namingClient(context.logs, name) },
  );
  shared.endWith(run);
  // Nobody restarts it: its client gets another one when it asks again.
  if (run.broken) void run.terminate();
  else run.onBroken(() => void run.terminate());
  return run;
}

/** The same log, in which events say for whom they happened. */
function namingClient(logs: LogSink, name: string): LogSink {
  return {
    append: (entry) =>
      logs.append(entry.stream === 'event' ? { ...entry, text: `For ${name} alone: ${entry.text}` } : entry),
    pressure: (slug) => logs.pressure(slug),
    addSecrets: (slug, values) => logs.addSecrets(slug, values),
    redact: (slug, text) => logs.redact(slug, text),
  };
}
