import { tellMtvStory } from './mtv-story.ts';
import { onClusters } from './on-clusters.ts';
import { realProgram } from './real-programs.ts';
import { tellTlsStory } from './tls-story.ts';

const current = realProgram('BERTH_TEST_KUBECTL_MTV', 'kubectl-mtv 0.2.9 or later', ['kubectl-mtv']);
const old = realProgram('BERTH_TEST_KUBECTL_MTV_SSE', 'kubectl-mtv of the SSE era (0.1.82 to 0.2.8)', []);

onClusters('kubectl-mtv', current, (title, path, clusters) => {
  for (const transport of ['stdio', 'http'] as const) tellMtvStory(title, { program: () => path, transport, clusters });
});

onClusters('kubectl-mtv of the SSE era', old, (title, path, clusters) => {
  for (const transport of ['stdio', 'sse'] as const) tellMtvStory(title, { program: () => path, transport, clusters });
});

if ('path' in current) tellTlsStory('the real kubectl-mtv', () => current.path, 'http');
if ('path' in old) tellTlsStory('the real kubectl-mtv of the SSE era', () => old.path, 'sse');
