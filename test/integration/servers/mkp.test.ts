import { tellMkpStory } from './mkp-story.ts';
import { onClusters } from './on-clusters.ts';
import { realProgram } from './real-programs.ts';

onClusters(
  'MKP',
  realProgram('BERTH_TEST_MKP', 'MKP 0.3.0 or later', ['mkp', 'mkp-server']),
  (title, path, clusters) => {
    for (const transport of ['http', 'sse'] as const) tellMkpStory(title, { program: () => path, transport, clusters });
  },
);
