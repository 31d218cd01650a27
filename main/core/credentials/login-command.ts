import type { KubeService } from '../kube/kube-service.ts';

/** Which context to log in to, as kubectl must be told. */
export interface LoginTarget {
  readonly name: string;
  /** The kubeconfig, where kubectl would not find the context by itself; else null. */
  readonly file: string | null;
}

/** The command that logs in to a context when somebody runs it in a terminal: kubectl runs the same plugin, with that terminal. */
export function loginCommand({ name, file }: LoginTarget): string {
  return `kubectl${file === null ? '' : ` --kubeconfig ${quoted(file)}`} --context ${quoted(name)} get namespaces`;
}

/** `loginCommand` for a context of the user's kubeconfigs. Throws `not-found`. */
export function loginCommandOf(kube: Pick<KubeService, 'find' | 'snapshot'>, ref: string): string {
  const { name, source } = kube.find(ref);
  const own = kube
    .snapshot()
    .sources.some(({ origin, path }) => (origin === 'KUBECONFIG' || origin === 'default') && path === source);
  return loginCommand({ name, file: own ? null : source });
}

/** One word for POSIX shells; PowerShell reads it alike unless it holds a quote. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
