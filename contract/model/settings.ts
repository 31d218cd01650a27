import { z } from 'zod';
import { allModeSchema } from './all.ts';
import { contextColourSchema } from './context.ts';
import { guardLevelSchema } from './guard.ts';
import { optionValueSchema, slugSchema, transportSchema } from './server.ts';
import { sharingSchema } from './sharing.ts';
import { limitsSchema } from './usage.ts';

export const DEFAULT_PORT = 23784;

/** A server as the user configured it: what `config.yaml` holds. */
export const serverSettingsSchema = z.strictObject({
  preset: z.string(),
  /** A context's reference, `active` or `none`. */
  context: z.string().default('active'),
  namespace: z.string().optional(),
  transport: transportSchema.optional(),
  guard: guardLevelSchema.default('read-only'),
  /** Start it with Berth. */
  run: z.boolean().default(false),
  options: z.record(z.string(), optionValueSchema).default({}),
  /** Tools that never pass, by name, whatever the guard. */
  toolsOff: z.array(z.string()).optional(),
  limits: limitsSchema.optional(),
  /** Which sessions share its process; absent: as the preset says. */
  sharing: sharingSchema.optional(),
});
export type ServerSettings = z.infer<typeof serverSettingsSchema>;

export const contextSettingsSchema = z.strictObject({
  label: z.string().optional(),
  colour: contextColourSchema.optional(),
  production: z.boolean().optional(),
  cap: guardLevelSchema.optional(),
});
export type ContextSettings = z.infer<typeof contextSettingsSchema>;

/** What the user knows better about one AI client. */
export const clientSettingsSchema = z.strictObject({
  /** The config file that Berth edits, instead of the one that it found. */
  file: z
    .string()
    .regex(/^(~?\/|\\\\|[A-Za-z]:[\\/])/, 'give the whole path, or one that begins with ~/')
    .optional(),
});

/** The whole of `config.yaml`, version 1. Every field has a default, so an empty file is a valid one. */
export const settingsSchema = z.strictObject({
  version: z.literal(1).default(1),
  /** Port of the endpoints on 127.0.0.1. */
  port: z.number().int().min(1).max(65535).default(DEFAULT_PORT),
  activeContext: z.string().optional(),
  /** Kubeconfig files and folders beside KUBECONFIG and ~/.kube/config. */
  kubeconfigs: z.array(z.string()).default([]),
  /** Offer the demo cluster's contexts. */
  demo: z.boolean().default(false),
  contexts: z.record(z.string(), contextSettingsSchema).default({}),
  servers: z.record(slugSchema, serverSettingsSchema).default({}),
  /** By the client's id. */
  clients: z.record(z.string(), clientSettingsSchema).default({}),
  /** The endpoint of all servers. */
  all: z.strictObject({ mode: allModeSchema.default('tools') }).default({ mode: 'tools' }),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Desktop only: open Berth at login. */
  startAtLogin: z.boolean().default(false),
  /** Environment variables that servers get beside the allow-list (D13). */
  env: z.record(z.string(), z.string()).default({}),
  logs: z
    .strictObject({
      maxFileMegabytes: z.number().min(0.1).max(1024).default(10),
      maxFiles: z.number().int().min(1).max(100).default(5),
    })
    .default({ maxFileMegabytes: 10, maxFiles: 5 }),
  /** Of the audit log, which holds every call. */
  audit: z
    .strictObject({
      maxFileMegabytes: z.number().min(0.1).max(1024).default(20),
      maxFiles: z.number().int().min(1).max(100).default(10),
    })
    .default({ maxFileMegabytes: 20, maxFiles: 10 }),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What the window and the CLI may change directly; servers, contexts and sources have calls of their own. */
export const settingsPatchSchema = z.strictObject({
  port: settingsSchema.shape.port.unwrap().optional(),
  theme: settingsSchema.shape.theme.unwrap().optional(),
  all: settingsSchema.shape.all.unwrap().optional(),
  startAtLogin: z.boolean().optional(),
  env: z.record(z.string(), z.string()).optional(),
  clients: settingsSchema.shape.clients.unwrap().optional(),
});
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;
