import { ACTIVE_CONTEXT, NO_CONTEXT } from '../../contract/model/binding.ts';
import { reservedSlugs, slugSchema } from '../../contract/model/server.ts';

/** A free name for a new server: the context's, where it is bound to one, else the preset's. */
export function proposeSlug(preset: string, context: string, taken: readonly string[]): string {
  const wish = context === ACTIVE_CONTEXT && preset !== 'command' && preset !== 'url' ? 'cluster' : '';
  const fixed = context !== ACTIVE_CONTEXT && context !== NO_CONTEXT ? context : '';
  const base = slugify(wish || fixed) || slugify(preset) || 'server';
  for (let number = 1; ; number++) {
    const slug = number === 1 ? base : `${base.slice(0, 36)}-${number}`;
    if (!taken.includes(slug) && !reservedSlugs.includes(slug)) return slug;
  }
}

/** What is wrong with a name for a new server; null when nothing is. */
export function slugProblem(slug: string, taken: readonly string[]): string | null {
  if (slug === '') return 'give it a name';
  if (taken.includes(slug)) return 'this name is taken';
  const parsed = slugSchema.safeParse(slug);
  return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'not a valid name');
}

function slugify(text: string): string {
  return text
    .toLowerCase()
    .replace(/@.*$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
}
