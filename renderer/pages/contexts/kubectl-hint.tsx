import { useStatus } from '../../session/session-context.tsx';

/** Says, where a context stands, that kubectl works on another one. */
export function KubectlHint({ context }: { context: string | null }) {
  const current = useStatus((status) => status.contexts.find((one) => one.current)?.ref ?? null);
  if (current === null || context === null || current === context) return null;
  return <span className="block text-sm text-muted">kubectl's current context is {current}</span>;
}
