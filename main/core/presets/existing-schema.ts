import { z } from 'zod';

const names = z.array(z.string().min(1)).default([]);

/**
 * How this kind of server stands in AI clients' files, where users put it by hand: what it is recognised by, and what of its flags and
 * variables means what Berth decides itself. Names with `-` are flags, others variables.
 */
export const existingSchema = z.strictObject({
  /** Command lines by their words: the program's file name, then words that its arguments hold in this order. */
  commands: z.array(z.array(z.string().min(1)).min(1)).default([]),
  /** Packages that npx, uvx and their like run. */
  packages: names,
  /** Container images without tag. */
  images: names,
  /** Short flags by the long ones. */
  aliases: z.record(z.string(), z.string()).default({}),
  /** Flags without a value, beside the boolean options. */
  switches: names,
  kubeconfig: names,
  context: names,
  namespace: names,
  server: names,
  token: names,
  /** What makes it only read. */
  readOnly: names,
  /** It only reads unless one of these is there. */
  writes: names,
  /** It speaks no stdio, so that as a client's command it cannot work. */
  noStdio: z.boolean().default(false),
  /** How it comes to listen on all interfaces: when one of `when` is there (empty: always), and `address` does not name loopback. */
  listens: z.strictObject({ when: names, address: names, everywhereByDefault: z.boolean() }).optional(),
});
export type ExistingDefinition = z.output<typeof existingSchema>;
