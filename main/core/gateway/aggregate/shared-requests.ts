import { BerthError } from '../../../../contract/errors.ts';
import type { JsonRpcMessage } from '../../backend/backend.ts';
import { errorAnswer, INVALID_PARAMS, isRecord } from '../json-rpc.ts';
import { mcpLogLevels } from '../log-level.ts';
import type { Errand } from './errand.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import { partsOf, sharedName } from './shared-name.ts';
import { titled } from './shared-tools.ts';
import { type Lists, mergeByUri, ownerOf, qualifiedUri } from './shared-uri.ts';

/** https://modelcontextprotocol.io/specification/2025-11-25/server/resources#error-handling */
const RESOURCE_NOT_FOUND = -32002;

type Params = Readonly<Record<string, unknown>>;

/** What clients ask all servers beside tools: prompts, resources, completion and log levels. */
export class SharedRequests {
  readonly #members: Members;
  /** What the client has subscribed to and calls otherwise than the server, by server and the server's URI. */
  readonly #qualified = new Map<string, string>();
  /** How each method is answered; the others are no methods here. */
  readonly methods: Readonly<Record<string, (errand: Errand, params: Params) => Promise<void>>>;

  constructor(members: Members) {
    this.#members = members;
    this.methods = {
      'prompts/list': (errand) => this.#prompts(errand),
      'prompts/get': (errand, params) => this.#prompt(errand, params),
      'resources/list': (errand) => this.#resources(errand),
      'resources/templates/list': (errand) => this.#templates(errand),
      'resources/read': (errand, params) => this.#resource(errand, params),
      'resources/subscribe': (errand, params) => this.#resource(errand, params),
      'resources/unsubscribe': (errand, params) => this.#resource(errand, params),
      'completion/complete': (errand, params) => this.#complete(errand, params),
      'logging/setLevel': (errand, params) => this.#setLevel(errand, params),
    };
  }

  /** What a server says by itself, with the URIs by which the client knows its resources. */
  toClient(slug: string, message: JsonRpcMessage): JsonRpcMessage {
    if (message.method !== 'notifications/resources/updated' || !isRecord(message.params)) return message;
    const uri = this.#qualified.get(`${slug} ${String(message.params['uri'])}`);
    return uri === undefined ? message : { ...message, params: { ...message.params, uri } };
  }

  async #prompts(errand: Errand): Promise<void> {
    const prompts = [...(await this.#members.lists('prompts', { anew: true }))].flatMap(([slug, items]) =>
      items.flatMap((item) => {
        const name = item['name'];
        return typeof name === 'string' ? [{ ...item, name: sharedName(slug, name), ...titled(item, slug) }] : [];
      }),
    );
    errand.settle({ prompts });
  }

  async #prompt(errand: Errand, params: Params): Promise<void> {
    const found = await this.#promptOf(params['name']);
    if (!found) return invalid(errand, `There is no prompt ${String(params['name'])} in Berth.`);
    await this.#members.carry(errand, found.member, { ...params, name: found.name });
  }

  async #promptOf(shared: unknown): Promise<{ member: Member; name: string } | null> {
    const parts = typeof shared === 'string' ? partsOf(shared) : null;
    const member = parts ? this.#members.of(parts.slug) : undefined;
    if (!parts || !member) return null;
    if (parts.name !== null) return { member, name: parts.name };
    const prompts = (await this.#members.lists('prompts', { anew: false })).get(parts.slug) ?? [];
    const name = prompts.map((prompt) => String(prompt['name'])).find((one) => sharedName(parts.slug, one) === shared);
    return name === undefined ? null : { member, name };
  }

  async #resources(errand: Errand): Promise<void> {
    errand.settle({ resources: mergeByUri(await this.#members.lists('resources', { anew: true }), 'uri') });
  }

  async #templates(errand: Errand): Promise<void> {
    const all = await this.#members.lists('templates', { anew: true });
    errand.settle({ resourceTemplates: mergeByUri(all, 'uriTemplate') });
  }

  async #resource(errand: Errand, params: Params): Promise<void> {
    const asked = typeof params['uri'] === 'string' ? params['uri'] : '';
    const found = await this.#resourceOf(errand, asked);
    if (!found) return;
    const { member, uri } = found;
    const key = `${member.slug} ${uri}`;
    if (errand.request.method === 'resources/subscribe' && uri !== asked) this.#qualified.set(key, asked);
    if (errand.request.method === 'resources/unsubscribe') this.#qualified.delete(key);
    await this.#members.carry(errand, member, { ...params, uri }, (answer) => withUri(answer, uri, asked));
  }

  /** Whose a URI is; null when the client was told that nobody can say. */
  async #resourceOf(errand: Errand, uri: string): Promise<{ member: Member; uri: string } | null> {
    const [resources, templates] = await this.#bothLists();
    const owner = ownerOf(uri, resources, templates);
    const member = owner.kind === 'one' ? this.#members.of(owner.slug) : undefined;
    if (owner.kind === 'one' && member) return { member, uri: owner.uri };
    if (owner.kind === 'several') {
      const ways = owner.slugs.map((slug) => qualifiedUri(slug, uri)).join(' or ');
      invalid(errand, `Several servers have a resource ${uri}. Ask for ${ways}.`);
    } else {
      const text = `No server in Berth lists a resource ${uri}. To ask one of them all the same, ask for ${qualifiedUri('SERVER', uri)}.`;
      errand.answer(errorAnswer(errand.request.id, RESOURCE_NOT_FOUND, text, { uri }));
    }
    return null;
  }

  #bothLists(): Promise<[Lists, Lists]> {
    const known = { anew: false };
    return Promise.all([this.#members.lists('resources', known), this.#members.lists('templates', known)]);
  }

  async #complete(errand: Errand, params: Params): Promise<void> {
    const ref = isRecord(params['ref']) ? params['ref'] : {};
    if (ref['type'] === 'ref/prompt') {
      const found = await this.#promptOf(ref['name']);
      if (!found) return invalid(errand, `There is no prompt ${String(ref['name'])} in Berth.`);
      return this.#members.carry(errand, found.member, { ...params, ref: { ...ref, name: found.name } });
    }
    if (ref['type'] !== 'ref/resource' || typeof ref['uri'] !== 'string') {
      return invalid(errand, 'completion/complete needs a ref of a prompt or a resource.');
    }
    const found = await this.#resourceOf(errand, ref['uri']);
    if (found) await this.#members.carry(errand, found.member, { ...params, ref: { ...ref, uri: found.uri } });
  }

  async #setLevel(errand: Errand, params: Params): Promise<void> {
    const level = params['level'];
    if (typeof level !== 'string' || !mcpLogLevels.includes(level)) {
      return invalid(errand, `The level must be one of ${mcpLogLevels.join(', ')}.`);
    }
    // Who is slow or down is told when it can be: its answer concerns nobody.
    this.#members.setLevel(level);
    errand.settle({});
  }
}

function invalid(errand: Errand, text: string): void {
  errand.answer(
    errorAnswer(errand.request.id, INVALID_PARAMS, text, { berth: new BerthError('invalid-argument', text).toInfo() }),
  );
}

/** The answer to a read, with the URI that the client has asked for. */
function withUri(answer: JsonRpcMessage, uri: string, asked: string): JsonRpcMessage {
  const { result } = answer;
  if (uri === asked || !isRecord(result) || !Array.isArray(result['contents'])) return answer;
  const contents = result['contents'].map((part: unknown) =>
    isRecord(part) && part['uri'] === uri ? { ...part, uri: asked } : part,
  );
  return { ...answer, result: { ...result, contents } };
}
