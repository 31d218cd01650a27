import { badRequest, type ResourceRequest } from './api-status.ts';
import type { DemoCluster } from './demo-cluster.ts';
import { isJson, type Json, kubeTime, textAt, valueAt } from './kube-object.ts';

const readVerbs = ['get', 'list', 'watch'];
/** Reading that goes through a subresource. */
const readSubresources = ['', 'log', 'status', 'scale', 'proxy'];

/** Why the demo refuses a request; null when it may pass. */
export function refusal(request: ResourceRequest): string | null {
  if (!readVerbs.includes(request.verb)) return 'this is a read-only demo cluster';
  if (request.group === '' && request.plural === 'secrets') return 'this demo cluster shows no secrets';
  if (request.plural === '*' || request.group === '*') return 'this demo cluster shows no secrets';
  if (!readSubresources.includes(request.subresource)) return 'this is a read-only demo cluster';
  return null;
}

/** Answers "who am I" (`SelfSubjectReview`), "may I" (`SelfSubjectAccessReview`) and "what may I" (`SelfSubjectRulesReview`). */
export function answerReview(kind: string, body: unknown, cluster: DemoCluster, now: number): Json {
  const spec = isJson(body) && isJson(body['spec']) ? body['spec'] : {};
  switch (kind) {
    case 'SelfSubjectReview':
      return {
        kind,
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { creationTimestamp: kubeTime(now) },
        status: {
          userInfo: {
            username: cluster.user,
            groups: cluster.groups,
            extra: { 'authentication.kubernetes.io/credential-id': ['demo'] },
          },
        },
      };
    case 'SelfSubjectAccessReview':
      return { kind, apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec, status: accessStatus(spec) };
    default:
      return { kind, apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec, status: rules(cluster) };
  }
}

function accessStatus(spec: Json): Json {
  const path = valueAt(spec, ['nonResourceAttributes']);
  if (isJson(path)) {
    return textAt(path, 'verb') === 'get'
      ? { allowed: true, reason: 'demo: reading is allowed' }
      : { allowed: false, reason: 'this is a read-only demo cluster' };
  }
  const attributes = valueAt(spec, ['resourceAttributes']);
  if (!isJson(attributes)) {
    throw badRequest(
      'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  }
  const why = refusal({
    verb: textAt(attributes, 'verb'),
    group: textAt(attributes, 'group'),
    plural: textAt(attributes, 'resource'),
    subresource: textAt(attributes, 'subresource'),
    namespace: textAt(attributes, 'namespace'),
    name: textAt(attributes, 'name'),
  });
  return why === null ? { allowed: true, reason: 'demo: reading is allowed' } : { allowed: false, reason: why };
}

function rules(cluster: DemoCluster): Json {
  const groups = [...new Set(cluster.resources.map((resource) => resource.group))];
  return {
    resourceRules: groups
      .map((group) => ({
        verbs: readVerbs,
        apiGroups: [group],
        resources: cluster.resources
          .filter(
            (resource) => resource.group === group && resource.verbs.includes('get') && resource.plural !== 'secrets',
          )
          .flatMap((resource) => [
            resource.plural,
            ...(resource.plural === 'pods' && group === '' ? ['pods/log'] : []),
          ]),
      }))
      .filter((rule) => rule.resources.length > 0),
    nonResourceRules: [
      {
        verbs: ['get'],
        nonResourceURLs: [
          '/api',
          '/api/*',
          '/apis',
          '/apis/*',
          '/healthz',
          '/livez',
          '/openapi',
          '/openapi/*',
          '/readyz',
          '/version',
        ],
      },
    ],
    incomplete: false,
  };
}
