import type { Item } from './kept-list.ts';

/** Lists of several servers, by slug. */
export type Lists = ReadonlyMap<string, readonly Item[]>;

/** Whose a resource is, and the server's own URI for it. */
export type Owner =
  | { readonly kind: 'one'; readonly slug: string; readonly uri: string }
  | { readonly kind: 'several'; readonly slugs: readonly string[] }
  | { readonly kind: 'unknown' };

/** A URI that says which server is meant: for what several servers call the same. */
export function qualifiedUri(slug: string, uri: string): string {
  return `berth:${slug}/${uri}`;
}

/**
 * All servers' resources (`uri`) or templates (`uriTemplate`) as one list. A URI stays as its server gave it where no other server has
 * the same; else each of them is qualified, since nothing else would tell two clusters apart.
 */
export function mergeByUri(all: Lists, field: 'uri' | 'uriTemplate'): Item[] {
  const owners = new Map<string, Set<string>>();
  for (const [slug, items] of all) {
    for (const item of items) {
      const uri = textOf(item[field]);
      owners.set(uri, (owners.get(uri) ?? new Set()).add(slug));
    }
  }
  return [...all].flatMap(([slug, items]) =>
    items.flatMap((item) => {
      const uri = textOf(item[field]);
      if (uri === '') return [];
      const isShared = (owners.get(uri)?.size ?? 0) > 1;
      return [isShared ? { ...item, [field]: qualifiedUri(slug, uri) } : item];
    }),
  );
}

/** Finds the server that a URI is for: the one that it names, lists it, or has a template that it fits. */
export function ownerOf(uri: string, resources: Lists, templates: Lists): Owner {
  const named = /^berth:([^/]+)\/(.+)$/s.exec(uri);
  if (named?.[1] !== undefined && named[2] !== undefined && resources.has(named[1])) {
    return { kind: 'one', slug: named[1], uri: named[2] };
  }
  for (const [all, fits] of [
    [resources, (item: Item) => item['uri'] === uri],
    [templates, (item: Item) => item['uriTemplate'] === uri],
    [templates, (item: Item) => fitsTemplate(uri, textOf(item['uriTemplate']))],
  ] as const) {
    const slugs = [...all].flatMap(([slug, items]) => (items.some(fits) ? [slug] : []));
    const [slug, ...others] = slugs;
    if (slug !== undefined) return others.length === 0 ? { kind: 'one', slug, uri } : { kind: 'several', slugs };
  }
  return { kind: 'unknown' };
}

/** Whether a URI may come from a template (RFC 6570): its fixed parts are there, in their order. */
export function fitsTemplate(uri: string, template: string): boolean {
  const [head = '', ...parts] = template.split(/\{[^{}]*\}/);
  const tail = parts.pop();
  if (tail === undefined) return uri === template;
  if (!uri.startsWith(head)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = uri.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return uri.length - tail.length >= at && uri.endsWith(tail);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
