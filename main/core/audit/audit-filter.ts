import type { AuditEntry, AuditFilter } from '../../../contract/model/audit.ts';

/** Whether an entry is one that the filter asks for; `limit` is the reader's business. */
export function matchesAudit(entry: AuditEntry, filter: AuditFilter): boolean {
  const { slug, client, context, tool, outcomes, toolsOnly, since, until, text } = filter;
  if (slug !== undefined && entry.slug !== slug) return false;
  if (client !== undefined && entry.client !== client) return false;
  if (context !== undefined && entry.context !== context) return false;
  if (tool !== undefined && entry.tool !== tool) return false;
  if (outcomes !== undefined && !outcomes.includes(entry.outcome)) return false;
  if (toolsOnly && entry.tool === null) return false;
  if (since !== undefined && Date.parse(entry.time) < Date.parse(since)) return false;
  if (until !== undefined && Date.parse(entry.time) > Date.parse(until)) return false;
  return text === undefined || JSON.stringify(entry).toLowerCase().includes(text.toLowerCase());
}
