import { z } from 'zod';

/** Shape of `assets/demo/*.yaml`: what a person writes down about a cluster; the rest of its objects follow from it. */

const duration = z.string().regex(/^(\d+[dhms])+$/);
const strings = z.record(z.string(), z.string());
const json = z.record(z.string(), z.unknown());

const nodeSchema = z.object({
  name: z.string(),
  role: z.string().optional(),
  zone: z.string(),
  age: duration,
  cpu: z.string(),
  memory: z.string(),
  /** Used now, in millicores and Mi. */
  usedCpu: z.number(),
  usedMemory: z.number(),
  ready: z.boolean().default(true),
  cordoned: z.boolean().default(false),
  taints: z.array(json).default([]),
});
export type DemoNode = z.infer<typeof nodeSchema>;

const podSchema = z.object({
  node: z.string().optional(),
  age: duration,
  /** As kubectl shows it. */
  state: z
    .enum(['Running', 'NotReady', 'CrashLoopBackOff', 'ImagePullBackOff', 'Pending', 'Completed', 'Error'])
    .default('Running'),
  restarts: z.number().int().default(0),
  lastRestart: duration.optional(),
  /** Of the last termination. */
  exitCode: z.number().int().default(0),
  reason: z.string().optional(),
  message: z.string().optional(),
  /** Used now by each container, in millicores and Mi. */
  cpu: z.number().default(5),
  memory: z.number().default(48),
});
export type DemoPod = z.infer<typeof podSchema>;

const logSchema = z.object({
  /** Lines of the container that runs (or ran last); repeated with times that end now. */
  lines: z.array(z.string()),
  /** Seconds between two lines. */
  every: z.number().default(20),
  /** How many lines there are in all. */
  count: z.number().int().default(200),
  /** Written at the start, before the repeated lines. */
  first: z.array(z.string()).default([]),
});

const workloadSchema = z.object({
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']),
  name: z.string(),
  namespace: z.string(),
  age: duration,
  labels: strings,
  annotations: strings.default({}),
  replicas: z.number().int().default(1),
  revision: z.number().int().default(1),
  /** Image of the replica set before this one, for the rollout history. */
  previousImage: z.string().optional(),
  schedule: z.string().optional(),
  serviceAccount: z.string().default('default'),
  containers: z.array(z.looseObject({ name: z.string(), image: z.string() })).min(1),
  volumes: z.array(json).default([]),
  /** Of the pods; containers have theirs in their own description. */
  securityContext: json.default({}),
  pods: z.array(podSchema).default([]),
  /** By container. */
  logs: z.record(z.string(), logSchema).default({}),
  /** By container: what it said before its last restart. */
  previousLogs: z.record(z.string(), logSchema).default({}),
});
export type DemoWorkload = z.infer<typeof workloadSchema>;
export type DemoLog = z.infer<typeof logSchema>;

export const demoFileSchema = z.object({
  cluster: z.object({
    name: z.string(),
    version: z.string(),
    user: z.string(),
    groups: z.array(z.string()),
    podNetwork: z.string(),
  }),
  namespaces: z.array(z.object({ name: z.string(), age: duration, labels: strings.default({}) })),
  nodes: z.array(nodeSchema),
  workloads: z.array(workloadSchema),
  /** Files beside this one with custom resource definitions. */
  definitions: z.array(z.string()).default([]),
  /** Whole manifests. `metadata.age` stands for the creation time; texts like `ago 3d4h` become times. */
  objects: z.array(json),
  events: z.array(
    z.object({
      /** `Kind namespace/name` or `Kind name`. */
      on: z.string(),
      type: z.enum(['Normal', 'Warning']),
      reason: z.string(),
      message: z.string(),
      from: z.string(),
      first: duration,
      last: duration,
      count: z.number().int().default(1),
    }),
  ),
});
export type DemoFile = z.infer<typeof demoFileSchema>;
