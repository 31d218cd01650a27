import type { Settings } from '../../../contract/model/settings.ts';

/** What holds without a `config.yaml`: what the schema makes of an empty file (a test compares them), known without loading the schema. */
export const defaultSettings: Settings = {
  version: 1,
  port: 23784,
  kubeconfigs: [],
  demo: false,
  contexts: {},
  servers: {},
  clients: {},
  all: { mode: 'tools' },
  theme: 'system',
  startAtLogin: false,
  env: {},
  logs: { maxFileMegabytes: 10, maxFiles: 5 },
  audit: { maxFileMegabytes: 20, maxFiles: 10 },
};
