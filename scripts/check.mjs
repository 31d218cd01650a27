import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundles } from './check/bundles.mjs';
import { docsLinks } from './check/docs-links.mjs';
import { imports } from './check/imports.mjs';
import { secrets } from './check/secrets.mjs';
import { biome, types, unused } from './check/tools.mjs';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { emptyTally, finish } from './lib/tally.mjs';

const checks = [biome, ...types, imports, unused, docsLinks, secrets, bundles];

const usage = `npm run check -- [--only NAME]… [--root FOLDER]

Checks: ${checks.map(({ name }) => name).join(', ')}`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    help: { type: 'boolean', short: 'h' },
  },
});
const unknown = values.only.find((wanted) => !checks.some(({ name }) => name === wanted));
if (values.help) console.log(usage);
else if (unknown) {
  console.error(`There is no check "${unknown}".\n\n${usage}`);
  process.exitCode = 2;
} else await main(resolve(values.root), values.only);

async function main(root, only) {
  const tally = emptyTally();
  for (const check of checks.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const began = performance.now();
    const { problems, note } = await outcomeOf(check, root);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (problems.length === 0) {
      console.log(`ok    ${check.name} (${[note, `${seconds} s`].filter(Boolean).join(', ')})`);
      tally.passed += 1;
    } else {
      console.log(`FAIL  ${check.name} (${seconds} s)\n${problems.map((problem) => indent(problem)).join('\n')}`);
      tally.failed += 1;
      tally.failures.push(check.name);
    }
  }
  finish(tally);
}

async function outcomeOf(check, root) {
  try {
    const broken = check.needsBuild ? await ensureBuilt(root) : null;
    return broken ? { problems: [broken], note: '' } : await check.run(root);
  } catch (error) {
    return { problems: [error.stack ?? String(error)], note: '' };
  }
}

function indent(text) {
  return text.replace(/^/gm, '      ');
}
