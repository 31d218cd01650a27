import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { publishedFiles } from './files.mjs';

/** What real credentials look like. Each pattern matches the secret itself, not the word for it. */
const patterns = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=\s]{64,}/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{20,}\b/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['an API key', /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}\b/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/],
  ['a client key of a kubeconfig', /client-key-data["']?\s*:\s*["']?[A-Za-z0-9+/=]{100,}/],
];

/** Credentials that are made up, with the reason why they are there. */
const madeUp = [
  { file: 'test/unit/core/logs/redact.test.ts', what: 'a JSON Web Token', why: 'redaction must recognise it' },
];

const maximum = 2 * 1024 * 1024;

/** Nothing that is published looks like a credential. */
export const secrets = {
  name: 'secrets',
  async run(root) {
    const files = publishedFiles(root).filter((file) => isText(join(root, file)));
    const problems = files.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return secretsIn(text)
        .filter(({ what }) => !madeUp.some((known) => known.file === file && known.what === what))
        .map(({ what, line }) => `${file}:${line} looks like ${what}`);
    });
    return { problems, note: `${files.length} files` };
  },
};

/** Kind and line of everything in a text that looks like a credential. */
function secretsIn(text) {
  return patterns.flatMap(([what, pattern]) =>
    [...text.matchAll(new RegExp(pattern, 'g'))].map((match) => ({
      what,
      line: text.slice(0, match.index).split('\n').length,
    })),
  );
}

function isText(path) {
  const stat = statSync(path);
  return stat.isFile() && stat.size <= maximum && !readFileSync(path).subarray(0, 8000).includes(0);
}
