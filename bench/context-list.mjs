import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, startBerth } from './lib/berth.mjs';
import { during } from './lib/during.mjs';
import { writeFleet } from './lib/kubeconfig-fleet.mjs';
import { findKubectl } from './lib/kubectl.mjs';
import { paired, percentile } from './lib/stats.mjs';

const FILES = 20;
const EACH = 50;
const TOTAL = FILES * EACH;
const launcher = join(root, 'bin', 'berth.mjs');

export const bench = {
  name: 'context-list',
  title: `${TOTAL.toLocaleString('en')} contexts in ${FILES} kubeconfigs: \`berth contexts\` beside \`kubectl config get-contexts\``,
  async run({ repeat, folder, log }) {
    const kubectl = findKubectl();
    if (kubectl === null) return { rows: [], notes: [], skipped: 'kubectl is not on PATH' };
    const kubeconfig = (await writeFleet(join(folder, 'fleet'), { files: FILES, each: EACH })).join(delimiter);
    log('with Berth down');
    mkdirSync(join(folder, 'down'), { recursive: true, mode: 0o700 });
    const env = {
      ...cleanEnv(join(folder, 'down')),
      BERTH_HOME: join(folder, 'down', 'berth'),
      KUBECONFIG: kubeconfig,
    };
    const down = await measure('with Berth down: read from the files', repeat, env, kubectl.command);
    log('with Berth running');
    const up = await during(startBerth(join(folder, 'up'), { kubeconfig }), (berth) =>
      measure('with Berth running: asked over its control socket', repeat, berth.env, kubectl.command),
    );
    return {
      rows: [down.row, up.row],
      notes: [
        'Each run is a new process, timed from its start to its end with its output read from a pipe. The files are in the page cache for both.',
        'Every cluster has its authority embedded; of ten users six have an embedded certificate and key, two a login program, two a JWT.',
        `Each run must print a line for all ${TOTAL} contexts; Berth also reads when 800 certificates and tokens end, which kubectl does not.`,
        ...(kubectl.note === null ? [] : [kubectl.note]),
        ...[down.note, up.note],
      ],
    };
  },
};

async function measure(figure, repeat, env, kubectlCommand) {
  const berth = async () => timed(process.execPath, [launcher, 'contexts'], env);
  const kubectl = async () => timed(kubectlCommand, ['config', 'get-contexts'], env);
  await berth();
  await kubectl();
  const measured = await paired(repeat, berth, kubectl);
  const spread = [0.1, 0.9].map((share) => percentile(measured.ratios, share).toFixed(2));
  return {
    row: {
      figure,
      berth: measured.berth,
      peer: measured.peer,
      unit: 'ms',
      ratio: measured.ratio,
      bar: '< 1',
      ok: measured.ratio < 1,
    },
    note: `${figure}: eight of ten ratios lie between ${spread.join(' and ')}.`,
  };
}

/** Wall time of one process, in ms. Throws when it fails or does not list every context. */
function timed(command, args, env) {
  const began = performance.now();
  const text = execFileSync(command, args, { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const ms = performance.now() - began;
  const listed = new Set(text.match(/\bfleet-\d{4}\b/g)).size;
  if (listed !== TOTAL) throw new Error(`${command} ${args.join(' ')} listed ${listed} contexts, not ${TOTAL}`);
  return ms;
}

function cleanEnv(home) {
  return { PATH: process.env.PATH, HOME: home, SHELL: '/bin/sh', LANG: 'C.UTF-8', TMPDIR: home, XDG_RUNTIME_DIR: home };
}
