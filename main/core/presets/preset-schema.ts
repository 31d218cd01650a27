import { z } from 'zod';
import { guardLevelSchema, guardRulesSchema, noGuardRules } from '../../../contract/model/guard.ts';
import { presetOptionSchema, withheldSchema } from '../../../contract/model/preset.ts';
import { transportSchema } from '../../../contract/model/server.ts';
import { existingSchema } from './existing-schema.ts';
import { unknownPlaceholders } from './template.ts';

const regularExpression = z.string().refine(isRegularExpression, 'is not a regular expression');
const versionNumber = z.string().regex(/^\d+\.\d+\.\d+$/, 'use three numbers, e.g. 0.2.9');
const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a name of an environment variable');
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'use a plain file name');

/** Texts may hold `{kubeconfig}`, `{port}`, `{namespace}`, `{folder}` (private folder of this start), `{childToken}` (random per start) and `{file:NAME}`. */
const part = {
  args: z.array(z.string()).default([]),
  env: z.record(envName, z.string()).default({}),
};

/** Only for versions `from` (inclusive) up to `before` (exclusive); a version that is not known counts as the newest. */
const range = { from: versionNumber.optional(), before: versionNumber.optional() };

/**
 * What an option's value becomes. `flag`: an argument pair (`value`, default), a bare switch for true (`value` of a boolean),
 * or one argument `--flag=value` (`equals`). `env`: a variable; a boolean gives "true" and, when false, `whenFalse`.
 * `as`: the program itself, more arguments, variables, the folder to run in, the URL, the headers, or whom to trust at the URL. A value that equals the
 * default is left to the server unless `always` is set.
 */
const applySchema = z.union([
  z.strictObject({
    flag: z.string().regex(/^--?[A-Za-z]/),
    style: z.enum(['value', 'equals']).default('value'),
    always: z.boolean().default(false),
  }),
  z.strictObject({ env: envName, whenFalse: z.string().optional(), always: z.boolean().default(false) }),
  z.strictObject({ as: z.enum(['program', 'args', 'env', 'cwd', 'url', 'headers', 'ca-file']) }),
]);

export const presetOptionFileSchema = z
  .strictObject({
    ...presetOptionSchema.shape,
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'use a-z, 0-9 and "-"'),
    apply: applySchema,
    /** Only for these transports and effective guards when they are given; elsewhere the option is kept and does nothing. */
    transports: z.array(transportSchema).optional(),
    guards: z.array(guardLevelSchema).optional(),
    /** Options that must be set as well when this one is (to anything but false and its default). */
    needs: z.array(z.string()).default([]),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    pattern: regularExpression.optional(),
    shape: z.enum(['strings', 'string-map']).optional(),
    ...range,
  })
  .refine(
    (option) => option.type !== 'choice' || option.choices !== undefined,
    'an option of type choice needs choices',
  )
  .refine((option) => (option.type === 'json') === (option.shape !== undefined), 'type json and shape go together')
  .refine((option) => !(option.secret && 'flag' in option.apply), 'a secret cannot become an argument');
export type PresetOptionDefinition = z.output<typeof presetOptionFileSchema>;

/**
 * A way to install the program into Berth's own folder. `npm`: the platform package of `npm`, or, for a package that runs on
 * Node, the package with all that it needs. `krew`: a plugin of kubectl, in the version that its index has. `go`: what
 * `go install PACKAGE@vVERSION` builds, which is named `binary`.
 */
const routeSchema = z.discriminatedUnion('route', [
  z.strictObject({
    route: z.literal('npm'),
    version: versionNumber,
    /** sha512 by platform (`linux-amd64`), where it is known: then the registry alone is not believed. */
    integrity: z.record(z.string(), z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/)).default({}),
  }),
  z.strictObject({ route: z.literal('krew'), plugin: z.string().regex(/^[a-z0-9][a-z0-9-]*$/) }),
  z.strictObject({
    route: z.literal('go'),
    package: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9./_~-]*$/),
    version: versionNumber,
    binary: fileName,
  }),
]);
export type RouteDefinition = z.output<typeof routeSchema>;

const programSchema = z
  .strictObject({
    /** A package of npm: looked for in Berth's own node_modules and in the global ones of the user's npm. */
    npm: z
      .strictObject({
        package: z.string(),
        /** Package that holds the program for one platform: `{goos}`, `{goarch}`, `{exe}` are filled in, also in `file`. */
        platformPackage: z.string().optional(),
        file: z.string(),
        runtime: z.enum(['native', 'node']).default('native'),
      })
      .optional(),
    /** Names on the login shell's PATH. Scripts are never run: one that belongs to `npm.package` leads to its program. */
    names: z.array(z.string()).default([]),
    /** Names in Go's folder of installed programs; only taken when `goModule` is written in them. */
    goNames: z.array(z.string()).default([]),
    goModule: z.string().optional(),
    /** The program is what this option names. */
    fromOption: z.string().optional(),
    version: z
      .union([
        z.strictObject({ run: z.array(z.string()), pattern: regularExpression }),
        z.strictObject({ packageJson: z.literal(true) }),
      ])
      .optional(),
    minimum: versionNumber.optional(),
    /** Other programs that it calls. */
    needs: z.array(z.strictObject({ command: z.string(), remedy: z.string() })).default([]),
    /** How to get it by hand, in words. */
    install: z.string(),
    /** How Berth gets it, in the order of preference. */
    routes: z.array(routeSchema).default([]),
  })
  .refine(
    (program) => program.npm !== undefined || !program.routes.some(({ route }) => route === 'npm'),
    'the route npm needs npm',
  )
  .refine((program) => program.goNames.length === 0 || program.goModule !== undefined, 'goNames need goModule');
export type ProgramDefinition = z.output<typeof programSchema>;

const transportFileSchema = z.strictObject({
  transport: transportSchema,
  ...part,
  ...range,
  url: z.string().optional(),
  /** Where it is when this option is set: the server speaks TLS then. */
  tls: z.strictObject({ option: z.string(), url: z.string() }).optional(),
  headers: z.record(z.string(), z.string()).default({}),
  probe: z.strictObject({ path: z.string().startsWith('/').optional() }).optional(),
});
export type TransportDefinition = z.output<typeof transportFileSchema>;

const failurePatternSchema = z.strictObject({
  pattern: regularExpression,
  code: z.enum(['invalid-config', 'auth-failed', 'port-in-use', 'command-missing', 'unreachable', 'start-failed']),
  message: z.string(),
  hint: z.string(),
  permanent: z.boolean(),
});

/**
 * One preset file: how a kind of server is found, launched, made read-only and probed. Data, no code.
 * Unknown keys and placeholders are refused.
 */
export const presetFileSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'use a-z, 0-9 and "-"'),
    title: z.string().min(1),
    description: z.string().min(1),
    homepage: z.url().nullable(),
    needsContext: z.boolean(),
    /** The server asks nothing of its client (sampling, elicitation, roots), so all sessions may share one child (D21). */
    sharedChild: z.boolean(),
    /** The server reads its kubeconfig again when that changes, or for every call; others get a new process then. */
    rereadsKubeconfig: z.boolean().default(false),
    /** Absent for a server that somebody else runs. */
    program: programSchema.optional(),
    launch: z
      .strictObject({
        ...part,
        /** Variables that never reach the server, whoever set them. */
        dropEnv: z.array(envName).default([]),
        /** Variable that takes the server's namespace. */
        namespaceEnv: envName.optional(),
        /** Files in the private folder, by name; `{file:NAME}` is the path. */
        files: z.record(fileName, z.string()).default({}),
      })
      .default({ args: [], env: {}, dropEnv: [], files: {} }),
    /** In the order of preference. */
    transports: z.array(transportFileSchema).min(1),
    /** What makes the server itself stricter or wider, by effective guard. */
    guards: z.partialRecord(guardLevelSchema, z.strictObject({ ...part, ...range })).default({}),
    /** Until `initialize` must be answered. */
    startTimeoutSeconds: z.number().min(45).max(600).default(60),
    options: z.array(presetOptionFileSchema).default([]),
    /** Flags and variables of the program that are not among the options, with the reason: every one that it documents is in one of the two. */
    withheld: z.array(z.strictObject(withheldSchema.shape)).default([]),
    /** Shown with the server; only for these transports and versions when they are given. */
    warnings: z
      .array(z.strictObject({ text: z.string(), transports: z.array(transportSchema).optional(), ...range }))
      .default([]),
    guardRules: guardRulesSchema.default(noGuardRules),
    /** How the program is asked for its own commands and flags, where its tools take command lines (D17); `shared`: which of the flags of every command may be given. */
    commandSet: z.strictObject({ run: z.array(z.string()).min(1), shared: z.array(z.string()).default([]) }).optional(),
    /** A call that reads a little from the cluster and needs nothing special: the last rung of the connection test. */
    safeRead: z.strictObject({ tool: z.string(), args: z.record(z.string(), z.unknown()).default({}) }).optional(),
    /** How it stands in clients' files where users put it themselves; absent: it is not recognised there. */
    existing: existingSchema.optional(),
    failures: z.array(failurePatternSchema).default([]),
  })
  .superRefine((preset, context) => {
    const files = Object.keys(preset.launch.files);
    for (const [path, text] of texts(preset)) {
      for (const name of unknownPlaceholders(text, files)) {
        context.addIssue({ code: 'custom', path, message: `there is no placeholder {${name}}` });
      }
    }
    const names = preset.options.map((option) => option.name);
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index) {
        context.addIssue({
          code: 'custom',
          path: ['options', index, 'name'],
          message: `option "${name}" is there twice`,
        });
      }
    });
    const from = preset.program?.fromOption;
    if (from !== undefined && !names.includes(from)) {
      context.addIssue({ code: 'custom', path: ['program', 'fromOption'], message: `there is no option "${from}"` });
    }
    preset.options.forEach((option, index) => {
      const missing = option.needs.find((name) => !names.includes(name));
      if (missing === undefined) return;
      context.addIssue({
        code: 'custom',
        path: ['options', index, 'needs'],
        message: `there is no option "${missing}"`,
      });
    });
    preset.transports.forEach((transport, index) => {
      const { tls } = transport;
      if (tls && !names.includes(tls.option)) {
        const path = ['transports', index, 'tls', 'option'];
        context.addIssue({ code: 'custom', path, message: `there is no option "${tls.option}"` });
      }
      const byOption = preset.options.some((option) => 'as' in option.apply && option.apply.as === 'url');
      if (transport.transport !== 'stdio' && transport.url === undefined && !byOption) {
        context.addIssue({ code: 'custom', path: ['transports', index], message: 'needs a url' });
      }
    });
  });

/** A preset as it is used: the file's content. */
export type PresetDefinition = z.output<typeof presetFileSchema>;

/** A file with failure patterns that hold for every preset. */
export const sharedFailuresSchema = z.strictObject({ failures: z.array(failurePatternSchema) });

function* texts(preset: {
  launch: { args: string[]; env: Record<string, string> };
  transports: TransportDefinition[];
  guards: Partial<Record<string, { args: string[]; env: Record<string, string> }>>;
}): Generator<[(string | number)[], string]> {
  const partTexts = function* (path: (string | number)[], of: { args: string[]; env: Record<string, string> }) {
    for (const [index, text] of of.args.entries()) {
      yield [[...path, 'args', index], text] as [(string | number)[], string];
    }
    for (const [name, text] of Object.entries(of.env)) {
      yield [[...path, 'env', name], text] as [(string | number)[], string];
    }
  };
  yield* partTexts(['launch'], preset.launch);
  for (const [index, transport] of preset.transports.entries()) {
    yield* partTexts(['transports', index], transport);
    if (transport.url !== undefined) yield [['transports', index, 'url'], transport.url];
    if (transport.tls) yield [['transports', index, 'tls', 'url'], transport.tls.url];
    for (const [name, text] of Object.entries(transport.headers)) {
      yield [['transports', index, 'headers', name], text];
    }
  }
  for (const [level, guard] of Object.entries(preset.guards)) {
    if (guard) yield* partTexts(['guards', level], guard);
  }
}

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source, 'i');
    return true;
  } catch {
    return false;
  }
}
