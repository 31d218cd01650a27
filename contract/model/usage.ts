import { z } from 'zod';

/**
 * What a server's processes use together: its process group and everything that descends from it.
 */
export const resourcesSchema = z.object({
  /** Cores in use over the last interval: 1 is one core, fully. Null until measured twice. */
  cpu: z.number().nullable(),
  /** The sum of their resident sets, in bytes. Pages that they share with each other count once for each. */
  memoryBytes: z.number().int(),
  processes: z.number().int(),
  /** When these figures were taken, ISO 8601. They are replaced when they have changed noticeably. */
  at: z.string(),
  /** The most memory in each of the last ten minutes, in bytes, oldest first; fewer while it has not run for so long. */
  memoryPerMinute: z.array(z.number().int()),
});
export type Resources = z.infer<typeof resourcesSchema>;

/** After so many seconds without a word a call is given up, where no limit says otherwise: longer than any tool is silent. */
export const DEFAULT_CALL_SECONDS = 600;

/** What a server may use, where going over restarts it, and what each client may ask of it. */
export const limitsSchema = z.strictObject({
  /** MiB (2^20 bytes) of resident memory, all its processes together. */
  memoryMegabytes: z
    .number()
    .int('a memory limit is a whole number of MiB')
    .min(16, 'a memory limit is at least 16 MiB')
    .max(1_048_576, 'a memory limit is at most 1 TiB')
    .optional(),
  /** Percent of one core, held for a minute: 150 is one and a half cores. */
  cpuPercent: z
    .number()
    .int('a CPU limit is a whole number of percent')
    .min(5, 'a CPU limit is at least 5 % of a core')
    .max(100_000, 'a CPU limit is at most 100000 %')
    .optional(),
  /** Calls of tools that each client may make in a minute, on average: so many at once, then one by one as time goes by. */
  callsPerMinute: z
    .number()
    .int('a limit of calls is a whole number')
    .min(1, 'a limit of calls is at least 1')
    .max(100_000, 'a limit of calls is at most 100000')
    .optional(),
  /** Calls of tools that each client may have under way; more of them wait for their turn. */
  callsAtOnce: z
    .number()
    .int('a limit of calls is a whole number')
    .min(1, 'a limit of calls is at least 1')
    .max(256, 'a limit of calls at once is at most 256')
    .optional(),
  /** Seconds for which a call may go without answer, progress or question before it is given up. Absent: 600. */
  callSeconds: z
    .number()
    .int('a time limit is a whole number of seconds')
    .min(1, 'a time limit is at least 1 s')
    .max(86_400, 'a time limit is at most a day')
    .optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

/** A change to limits. Absent = unchanged; null = none. */
export const limitsPatchSchema = z.strictObject({
  memoryMegabytes: limitsSchema.shape.memoryMegabytes.unwrap().nullable().optional(),
  cpuPercent: limitsSchema.shape.cpuPercent.unwrap().nullable().optional(),
  callsPerMinute: limitsSchema.shape.callsPerMinute.unwrap().nullable().optional(),
  callsAtOnce: limitsSchema.shape.callsAtOnce.unwrap().nullable().optional(),
  callSeconds: limitsSchema.shape.callSeconds.unwrap().nullable().optional(),
});
export type LimitsPatch = z.infer<typeof limitsPatchSchema>;

/** A TCP socket on which a process of a server takes connections. */
export const listenerSchema = z.object({
  /** `127.0.0.1`, `0.0.0.0`, `::`, … */
  address: z.string(),
  port: z.number().int(),
  pid: z.number().int(),
  /** Only this machine can reach it. */
  loopback: z.boolean(),
});
export type Listener = z.infer<typeof listenerSchema>;

/** The listeners that other machines may reach. */
export function exposedListeners(server: { readonly listeners: readonly Listener[] | null }): Listener[] {
  return (server.listeners ?? []).filter((listener) => !listener.loopback);
}

/** `0.0.0.0:8080`, `[::]:8080`. */
export function listenerText({ address, port }: Pick<Listener, 'address' | 'port'>): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What it means that a server listens there, and what to do. Null when it listens on nothing but loopback. */
export function exposureText(server: { readonly listeners: readonly Listener[] | null }): string | null {
  const exposed = exposedListeners(server);
  if (exposed.length === 0) return null;
  const places = exposed.map((listener) => `${listenerText(listener)} (pid ${listener.pid})`).join(', ');
  return `It listens on ${places}: whoever reaches this machine over the network can use it, past Berth's token and guard.`;
}

/** The remedy for `exposureText`. */
export const exposureRemedy = 'Stop it, or give the option for its host or bind address 127.0.0.1.';

/** `512 KiB`, `48 MiB`, `1.5 GiB`. */
export function memoryText(bytes: number): string {
  if (bytes < 1_048_576) return `${Math.round(bytes / 1024)} KiB`;
  const mebibytes = bytes / 1_048_576;
  if (mebibytes < 1024) return `${mebibytes < 10 ? Math.round(mebibytes * 10) / 10 : Math.round(mebibytes)} MiB`;
  return `${Math.round(mebibytes / 102.4) / 10} GiB`;
}

/** Cores as percent of one: `0.4 %`, `37 %`, `150 %`. */
export function cpuText(cores: number): string {
  const percent = cores * 100;
  return `${percent < 10 ? Math.round(percent * 10) / 10 : Math.round(percent)} %`;
}
