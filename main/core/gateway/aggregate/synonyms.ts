import { termOf } from './words.ts';

/** Words that people use for each other when they speak of clusters; the tools' authors have chosen one of them. */
const groups: readonly string[] = [
  'list get show view',
  'delete remove kill',
  'create make add new',
  'update change edit modify patch set',
  'log output print',
  'exec execute shell terminal',
  'explain documentation mean meaning',
  'usage consumption use top',
  'traffic bandwidth throughput connection flow',
  'error warning problem wrong failure event',
  'run start',
  'stop cancel close end',
  'vm virtual',
];

/** What a word implies, but not the other way round. */
const implied: Readonly<Record<string, string>> = {
  restart: 'rollout',
  roll: 'rollout',
  rollback: 'rollout',
  undo: 'rollout',
  maintenance: 'drain cordon',
  tunnel: 'port forward',
  release: 'helm',
  chart: 'helm',
  kind: 'resource api',
  talk: 'traffic',
  // A kind without a tool of its own is a resource to the tools that take any kind.
  ...Object.fromEntries(
    'claim configmap cronjob daemonset deployment endpoint hpa ingress job manifest pdb pv pvc quota replicaset secret service serviceaccount statefulset storageclass yaml'
      .split(' ')
      .map((kind) => [kind, 'resource kubernetes']),
  ),
};

/** Short names of kinds, as kubectl takes them: `kubectl api-resources`. */
const short: Readonly<Record<string, string>> = {
  cj: 'cronjob',
  cm: 'configmap',
  crd: 'customresourcedefinition',
  deploy: 'deployment',
  ds: 'daemonset',
  ing: 'ingress',
  ns: 'namespace',
  po: 'pod',
  sa: 'serviceaccount',
  sts: 'statefulset',
  svc: 'service',
  vmi: 'vm',
};

const related = relatedTerms();

/** Other terms that a searched term may stand for. */
export function relatedTo(term: string): readonly string[] {
  return related.get(term) ?? [];
}

function relatedTerms(): Map<string, string[]> {
  const all = new Map<string, string[]>();
  const add = (from: string, to: string) => {
    const [key, value] = [termOf(from), termOf(to)];
    if (key !== null && value !== null && key !== value) all.set(key, [...(all.get(key) ?? []), value]);
  };
  for (const words of groups.map((group) => group.split(' '))) {
    for (const from of words) for (const to of words) add(from, to);
  }
  for (const [from, words] of Object.entries(implied)) for (const to of words.split(' ')) add(from, to);
  for (const [from, to] of Object.entries(short)) {
    add(from, to);
    for (const more of (implied[to] ?? '').split(' ').filter(Boolean)) add(from, more);
  }
  return all;
}
