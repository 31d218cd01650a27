import { isJson, type Json, listAt, textAt } from './kube-object.ts';

const measured = ['cpu', 'memory'];

/**
 * The quality of service that a pod gets by what its containers ask for (https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/).
 * Equal amounts are expected to be written alike, as they are in the demo's data.
 */
export function qosClass(spec: Json): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = listAt(spec, 'containers').map((container) => {
    const resources = isJson(container['resources']) ? container['resources'] : {};
    return measured.map((name) => ({
      request: textAt(resources, `requests.${name}`),
      limit: textAt(resources, `limits.${name}`),
    }));
  });
  const amounts = containers.flat();
  if (amounts.every(({ request, limit }) => request === '' && limit === '')) return 'BestEffort';
  // A limit without a request is the request too.
  const guaranteed = amounts.every(({ request, limit }) => limit !== '' && (request === '' || request === limit));
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
