import { join } from 'node:path';
import { BerthError } from '../../../contract/errors.ts';
import type { OptionValue } from '../../../contract/model/server.ts';
import { connectionEnvironment, proxyPasswords } from '../network/connection-environment.ts';
import type { LaunchInput } from './launch-input.ts';
import type { PlannedConnection, PlannedFile, PlannedProcess } from './launch-plan.ts';
import { stringMapOf, stringsOf, wordsOf } from './options.ts';
import type { PresetOptionDefinition, TransportDefinition } from './preset-schema.ts';
import { isSecretReference, secretNamesIn, withSecrets } from './secret-references.ts';
import { fill, type TemplateValues } from './template.ts';
import { inRange } from './versions.ts';

const NO_CLUSTER_FILE = 'no-cluster.kubeconfig';
const NO_CLUSTER = 'apiVersion: v1\nkind: Config\n';

/** The values of one launch: templates, options and secrets. */
export class LaunchScope {
  readonly transport: TransportDefinition;
  readonly version: string | null;
  readonly #input: LaunchInput;
  readonly #values: TemplateValues;

  constructor(input: LaunchInput, transport: TransportDefinition, version: string | null) {
    this.#input = input;
    this.transport = transport;
    this.version = version;
    const files = input.preset.launch.files;
    this.#values = {
      values: {
        kubeconfig: input.kubeconfig ?? join(input.folder, NO_CLUSTER_FILE),
        port: input.port === null ? null : String(input.port),
        namespace: input.server.namespace ?? null,
        folder: input.folder,
        childToken: input.childToken ?? null,
      },
      file: (name) => (Object.hasOwn(files, name) ? join(input.folder, name) : null),
    };
  }

  fill(text: string): string | null {
    return fill(text, this.#values);
  }

  /** A text that must be whole: without a value for a placeholder the caller made a mistake. */
  require(text: string): string {
    const filled = this.fill(text);
    if (filled !== null) return filled;
    throw new BerthError('invalid-argument', `The server "${this.#input.slug}" has no value for ${text}.`, {
      hint: text.includes('{namespace}') ? 'Set the namespace of the server.' : 'This option needs another transport.',
    });
  }

  optionArgs(): string[] {
    return this.#applied().flatMap(({ option, value }) => {
      const { apply } = option;
      if ('as' in apply) return apply.as === 'args' ? stringsOf(value).map((text) => this.require(text)) : [];
      if (!('flag' in apply)) return [];
      if (apply.style === 'equals') return [`${apply.flag}=${value}`];
      if (typeof value === 'boolean') return value ? [apply.flag] : [];
      return [apply.flag, option.type === 'list' ? wordsOf(value).join(',') : String(value)];
    });
  }

  optionEnv(): Record<string, string> {
    const env: Record<string, string> = {};
    for (const { option, value } of this.#applied()) {
      const { apply } = option;
      if ('env' in apply) {
        const text = typeof value === 'boolean' ? (value ? 'true' : apply.whenFalse) : this.#reveal(String(value));
        if (text !== undefined) env[apply.env] = text;
      } else if ('as' in apply && apply.as === 'env') {
        for (const [name, text] of Object.entries(stringMapOf(this.#jsonText(value)))) {
          env[name] = this.require(this.#reveal(text));
        }
      }
    }
    return env;
  }

  headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, text] of Object.entries(this.transport.headers)) {
      const value = this.fill(text);
      if (value !== null) headers[name] = value;
    }
    for (const [name, text] of Object.entries(stringMapOf(this.#jsonText(this.#as('headers'))))) {
      headers[name] = this.#reveal(text);
    }
    return headers;
  }

  url(): string {
    const own = this.#as('url');
    if (own !== undefined) return this.require(String(own));
    const { url = '', tls } = this.transport;
    return this.require(tls && this.#certificate() !== null ? tls.url : url);
  }

  connection(): PlannedConnection {
    const caFile = this.#as('ca-file');
    return {
      env: connectionEnvironment(this.#input.env),
      caFile: caFile === undefined ? null : String(caFile),
      pinnedFile: this.#as('url') === undefined ? this.#certificate() : null,
    };
  }

  cwd(): string {
    const own = this.#as('cwd');
    if (own === undefined) return this.#input.folder;
    const home = this.#input.env['HOME'] ?? this.#input.env['USERPROFILE'] ?? '~';
    return String(own).replace(/^~(?=\/)/, home);
  }

  files(): PlannedFile[] {
    const { preset, folder, kubeconfig } = this.#input;
    const files = Object.entries(preset.launch.files).map(([name, content]) => ({ path: join(folder, name), content }));
    // Without it, a server that is bound to no context would fall back to ~/.kube/config.
    return kubeconfig === null ? [...files, { path: join(folder, NO_CLUSTER_FILE), content: NO_CLUSTER }] : files;
  }

  /** What must never be stored: the secrets that were handed over, the child's token and the passwords of proxies. */
  usedSecrets(process: PlannedProcess | null, headers: Readonly<Record<string, string>>): string[] {
    const { server, secrets, childToken, env } = this.#input;
    const values = [
      ...secretNamesIn(server.options).flatMap((name) => secrets[name] ?? []),
      ...proxyPasswords(connectionEnvironment(env)),
    ];
    const places = [...Object.values(process?.env ?? {}), ...Object.values(headers)];
    if (childToken !== undefined && places.includes(childToken)) values.push(childToken);
    return [...new Set(values.filter((value) => value !== ''))];
  }

  /** Options that this launch applies: set (or kept `always`), for this transport, guard and version, and different from the server's own default. */
  #applied(): { option: PresetOptionDefinition; value: OptionValue }[] {
    return this.#input.preset.options.flatMap((option) => {
      const value = this.#input.server.options[option.name] ?? option.default;
      if (value === undefined || !this.#concerns(option)) return [];
      const always = 'always' in option.apply && option.apply.always;
      return value === option.default && !always && !('as' in option.apply) ? [] : [{ option, value }];
    });
  }

  #concerns(option: PresetOptionDefinition): boolean {
    const { transports, guards } = option;
    if (transports && !transports.includes(this.transport.transport)) return false;
    if (guards && !guards.includes(this.#input.guard)) return false;
    return inRange(this.version, option);
  }

  /** Path of the certificate that the server is told to show; null when it speaks no TLS. */
  #certificate(): string | null {
    const { tls } = this.transport;
    const shown = this.#applied().find(({ option }) => option.name === tls?.option);
    return shown === undefined ? null : String(shown.value);
  }

  #as(role: 'headers' | 'url' | 'cwd' | 'ca-file'): OptionValue | undefined {
    return this.#applied().find(({ option }) => 'as' in option.apply && option.apply.as === role)?.value;
  }

  /** JSON that is itself kept as a secret is revealed before it is parsed; references within it are revealed after. */
  #jsonText(value: OptionValue | undefined): OptionValue | undefined {
    return value !== undefined && isSecretReference(value) ? this.#reveal(String(value)) : value;
  }

  #reveal(text: string): string {
    return withSecrets(text, this.#input.secrets, (name) => {
      throw new BerthError('not-found', `There is no secret "${name}".`, {
        hint: `Set it with \`berth secrets set ${name}\`.`,
      });
    });
  }
}
