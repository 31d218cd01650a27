import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsTemplate, mergeByUri, ownerOf } from '../../../../../main/core/gateway/aggregate/shared-uri.ts';

const uris = (...all: string[]) => all.map((uri) => ({ uri, name: uri }));
const templates = (...all: string[]) => all.map((uriTemplate) => ({ uriTemplate, name: uriTemplate }));
const none = new Map([
  ['dev', []],
  ['prod', []],
]);

describe('resources of all servers', () => {
  it('keep their URI, or are qualified where several servers have the same', () => {
    const all = new Map([
      ['dev', uris('k8s://pods', 'note://only-dev')],
      ['prod', uris('k8s://pods')],
    ]);
    expect(mergeByUri(all, 'uri').map(({ uri }) => uri)).toEqual([
      'berth:dev/k8s://pods',
      'note://only-dev',
      'berth:prod/k8s://pods',
    ]);
  });

  it('are found by who lists them, by templates, or by the qualified URI, and never guessed', () => {
    const listed = new Map([
      ['dev', uris('k8s://pods', 'note://only-dev')],
      ['prod', uris('k8s://pods')],
    ]);
    const fitting = new Map([
      ['dev', []],
      ['prod', templates('k8s://{namespace}/secrets/{name}')],
    ]);
    expect(ownerOf('note://only-dev', listed, fitting)).toEqual({ kind: 'one', slug: 'dev', uri: 'note://only-dev' });
    expect(ownerOf('k8s://pods', listed, fitting)).toEqual({ kind: 'several', slugs: ['dev', 'prod'] });
    expect(ownerOf('berth:prod/k8s://pods', listed, fitting)).toEqual({ kind: 'one', slug: 'prod', uri: 'k8s://pods' });
    expect(ownerOf('k8s://shop/secrets/db', listed, fitting)).toMatchObject({ kind: 'one', slug: 'prod' });
    expect(ownerOf('k8s://{namespace}/secrets/{name}', listed, fitting)).toMatchObject({ kind: 'one', slug: 'prod' });
    expect(ownerOf('berth:gone/k8s://pods', listed, fitting)).toEqual({ kind: 'unknown' });
    expect(ownerOf('k8s://nodes', none, none)).toEqual({ kind: 'unknown' });
  });

  it.each([
    ['k8s://{ns}/pods', 'k8s://shop/pods', true],
    ['k8s://{ns}/pods', 'k8s://shop/jobs', false],
    ['k8s://{ns}/pods/{name}', 'k8s://shop/pods/web', true],
    ['{+any}', 'x', true],
    ['a{x}a', 'a', false],
    ['fixed', 'fixed', true],
    ['fixed', 'fixed2', false],
  ])('%s fits %s: %s', (template, uri, expected) => {
    expect(fitsTemplate(uri, template)).toBe(expected);
  });

  it('are matched with templates of any kind in the time that their length needs', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (uri, template) => void fitsTemplate(uri, template)));
    const began = performance.now();
    fitsTemplate(`${'a'.repeat(20_000)}b`, '{x}a'.repeat(2_000));
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
