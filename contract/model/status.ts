import { z } from 'zod';
import { errorInfoSchema } from '../error-schema.ts';
import { callRecordSchema } from './activity.ts';
import { allEndpointSchema } from './all.ts';
import { approvalSchema } from './approval.ts';
import { clientSchema } from './client.ts';
import { contextSchema, kubeSourceSchema } from './context.ts';
import { serverSchema } from './server.ts';

/** Where secrets live: the OS keychain, or memory for this run with the reason (never plaintext on disk). */
export const keychainStatusSchema = z.object({
  state: z.enum(['unknown', 'available', 'unavailable']),
  reason: z.string().nullable(),
});
export type KeychainStatus = z.infer<typeof keychainStatusSchema>;

/** What the shell around the core can do; replaces every platform check in the window. */
export const capabilitiesSchema = z.object({
  shell: z.enum(['desktop', 'headless']),
  tray: z.boolean(),
  autostart: z.boolean(),
  filePicker: z.boolean(),
  keychain: z.boolean(),
  platform: z.string(),
});
export type Capabilities = z.infer<typeof capabilitiesSchema>;

/** The one status model that tray, window and CLI show. */
export const statusSchema = z.object({
  version: z.string(),
  shell: z.enum(['desktop', 'headless']),
  pid: z.number().int(),
  startedAt: z.string(),
  /** Base URL of the endpoints, e.g. http://127.0.0.1:23784; null with the reason in `problems` when the port is taken. */
  endpoint: z.string().nullable(),
  keychain: keychainStatusSchema,
  activeContext: z.string().nullable(),
  /** A context switch is under way to this context. */
  switchingTo: z.string().nullable(),
  demo: z.boolean(),
  servers: z.array(serverSchema),
  /** The endpoint of all servers. */
  all: allEndpointSchema,
  contexts: z.array(contextSchema),
  sources: z.array(kubeSourceSchema),
  clients: z.array(clientSchema),
  /** The newest calls, newest first, at most 100. */
  activity: z.array(callRecordSchema),
  /** Calls that wait for a person, oldest first (D16). */
  approvals: z.array(approvalSchema),
  /** What is wrong with Berth itself: bad settings file, port taken, keychain gone. */
  problems: z.array(errorInfoSchema),
});
export type Status = z.infer<typeof statusSchema>;

/** The status stream: first a snapshot, then the top-level fields that changed, each whole. */
export const statusEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), status: statusSchema }),
  z.object({ type: z.literal('changed'), changed: statusSchema.partial() }),
]);
export type StatusEvent = z.infer<typeof statusEventSchema>;

/** Applies one event of the status stream. A change without a snapshot before it is dropped. */
export function reduceStatus(status: Status | null, event: StatusEvent): Status | null {
  if (event.type === 'snapshot') return event.status;
  if (status === null) return null;
  return Object.assign({}, status, event.changed);
}

/** Two events of the status stream as one, for a reader that is behind. */
export function mergeStatusEvents(earlier: StatusEvent, later: StatusEvent): StatusEvent {
  if (later.type === 'snapshot') return later;
  if (earlier.type === 'snapshot') {
    return { type: 'snapshot', status: Object.assign({}, earlier.status, later.changed) };
  }
  return { type: 'changed', changed: { ...earlier.changed, ...later.changed } };
}
