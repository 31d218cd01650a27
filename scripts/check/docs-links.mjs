import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { filesUnder } from './files.mjs';

/** Links and images of README.md and docs/**: every file that they name is there, and every anchor is a heading. */
export const docsLinks = {
  name: 'docs-links',
  async run(root) {
    const files = ['README.md', ...filesUnder(root, 'docs', /\.md$/)].filter((file) => existsSync(join(root, file)));
    let count = 0;
    const problems = files.flatMap((file) =>
      linksOf(readFileSync(join(root, file), 'utf8')).flatMap(({ target, line }) => {
        count += 1;
        const why = brokenBecause(root, file, target);
        return why ? [`${file}:${line} links to ${target}: ${why}`] : [];
      }),
    );
    return { problems, note: `${files.length} files, ${count} links` };
  },
};

/** Targets of Markdown links, images, reference definitions and HTML `src`/`href`, outside code. */
function linksOf(markdown) {
  const found = [];
  let fenced = false;
  for (const [index, raw] of markdown.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(raw)) fenced = !fenced;
    if (fenced || /^ {4}/.test(raw)) continue;
    const text = raw.replace(/`[^`]*`/g, '');
    const patterns = [
      /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g,
      /^\s*\[[^\]]+\]:\s+(\S+)/g,
      /\b(?:src|href|srcset)="([^"]+)"/g,
    ];
    for (const pattern of patterns) {
      for (const match of text.matchAll(pattern)) found.push({ target: match[1], line: index + 1 });
    }
  }
  return found;
}

function brokenBecause(root, file, target) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  const [path, anchor] = target.split('#', 2);
  const full = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)));
  if (full.startsWith('..')) return 'it leaves the repository';
  if (!existsSync(join(root, full))) return 'there is no such file';
  if (anchor === undefined || !full.endsWith('.md')) return null;
  return anchorsOf(readFileSync(join(root, full), 'utf8')).has(anchor) ? null : 'there is no such heading';
}

/** Anchors as GitHub makes them: lower case, no punctuation, spaces to "-", and a number where a heading repeats. */
function anchorsOf(markdown) {
  const anchors = new Set();
  let fenced = false;
  for (const line of markdown.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const named = /<a (?:id|name)="([^"]+)"/.exec(line)?.[1];
    if (named) anchors.add(named);
    const title = fenced ? undefined : /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (title === undefined) continue;
    const base = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = base;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${base}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
