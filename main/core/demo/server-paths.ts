import { type ApiAnswer, jsonAnswer } from './api-exchange.ts';
import { groupVersion } from './api-resources.ts';
import { ApiStatusError, UnknownPathError } from './api-status.ts';
import type { DemoCluster } from './demo-cluster.ts';
import type { Json } from './kube-object.ts';
import { openApiDocument, openApiIndex, openApiV2 } from './openapi.ts';

/** Answers paths outside of `/api` and `/apis`: health, version and the description of the API. Throws for any other. */
export function answerServerPath(
  parts: readonly string[],
  accept: string | undefined,
  cluster: DemoCluster,
): ApiAnswer {
  switch (parts.join('/')) {
    case '':
      return jsonAnswer({
        paths: [
          '/api',
          '/api/v1',
          '/apis',
          ...new Set(
            cluster.resources.filter((each) => each.group !== '').map((each) => `/apis/${groupVersion(each)}`),
          ),
          '/healthz',
          '/livez',
          '/openapi/v2',
          '/openapi/v3',
          '/readyz',
          '/version',
        ],
      });
    case 'version':
      return jsonAnswer(versionInfo(cluster));
    case 'healthz':
    case 'livez':
    case 'readyz':
      return { kind: 'text', body: 'ok' };
    case 'openapi/v2':
      if (!/json|\*\/\*/.test(accept ?? '*/*'))
        throw new ApiStatusError(406, 'NotAcceptable', 'only application/json is served');
      return jsonAnswer(openApiV2(cluster));
    case 'openapi/v3':
      return jsonAnswer(openApiIndex(cluster.resources));
    default: {
      const document =
        parts[0] === 'openapi' && parts[1] === 'v3' ? openApiDocument(parts.slice(2).join('/'), cluster) : null;
      if (document) return jsonAnswer(document);
      throw new UnknownPathError();
    }
  }
}

function versionInfo(cluster: DemoCluster): Json {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(cluster.version) ?? [];
  return {
    major,
    minor,
    gitVersion: cluster.version,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'berth-demo',
    compiler: 'none',
    platform: 'linux/amd64',
  };
}
