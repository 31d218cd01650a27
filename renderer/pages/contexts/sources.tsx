import { FolderOpen, X } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { KubeSource } from '../../../contract/model/context.ts';
import { count } from '../../model/words.ts';
import { useCapabilities, useSession, useStatus } from '../../session/session-context.tsx';
import { Box } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { TextInput } from '../../ui/field.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';

const origins: Readonly<Record<KubeSource['origin'], string>> = {
  KUBECONFIG: 'from KUBECONFIG',
  default: 'the default file',
  'added-file': 'added file',
  'added-folder': 'added folder',
  demo: 'inside Berth',
};

/** The files and folders that contexts come from. */
export function Sources() {
  const sources = useStatus((status) => status.sources);
  return (
    <Box title="Sources" aside={<span>read in this order, and watched</span>}>
      <ul>
        {sources.map((source) => (
          <SourceRow key={`${source.origin} ${source.path}`} source={source} />
        ))}
      </ul>
      <AddSource />
    </Box>
  );
}

function SourceRow({ source }: { source: KubeSource }) {
  const session = useSession();
  const remove = useAction(
    useCallback(() => session.call('sources.remove', { path: source.path }), [session, source.path]),
  );
  const ours = source.origin === 'added-file' || source.origin === 'added-folder';
  return (
    <li className="flex items-start gap-3 border-b border-line px-2.5 py-1.5">
      <div className="min-w-0 flex-1">
        <code className="wrap-anywhere">{source.path}</code>
        <p className="text-sm text-muted">
          {origins[source.origin]} · {count(source.contexts, 'context')}
        </p>
        {source.error && (
          <p className="text-sm wrap-anywhere">
            <span className="text-bad">{source.error.message}</span>
            {source.error.hint && <span className="text-muted"> {source.error.hint}</span>}
          </p>
        )}
      </div>
      {ours && (
        <Button
          kind="quiet"
          size="icon"
          aria-label={`Remove ${source.path}`}
          title="Stop reading it; the file stays"
          busy={remove.busy}
          icon={<X size={14} aria-hidden />}
          onClick={() => void remove.run()}
        />
      )}
    </li>
  );
}

function AddSource() {
  const session = useSession();
  const toasts = useToasts();
  const capabilities = useCapabilities();
  const [path, setPath] = useState('');
  const add = useAction(
    useCallback(
      async (wanted: string) => {
        const source = await session.call('sources.add', { path: wanted });
        setPath('');
        toasts.done(`Added ${count(source.contexts, 'context')} from ${source.path}.`);
      },
      [session, toasts],
    ),
  );
  const pick = useAction(
    useCallback(
      async (kind: 'file' | 'folder') => {
        const picked = await session.call('app.pickPath', { kind });
        if (picked !== null) await add.run(picked);
      },
      [session, add.run],
    ),
  );
  return (
    <form
      className="flex flex-wrap items-center gap-2 p-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (path.trim()) void add.run(path.trim());
      }}
    >
      <TextInput
        mono
        className="min-w-48 flex-1"
        aria-label="Path of a kubeconfig file or folder"
        placeholder="Path of a kubeconfig file, or of a folder with some"
        value={path}
        onChange={(event) => setPath(event.target.value)}
      />
      <Button type="submit" disabled={!path.trim()} busy={add.busy}>
        Add
      </Button>
      {capabilities?.filePicker && (
        <>
          <Button icon={<FolderOpen size={14} aria-hidden />} onClick={() => void pick.run('file')}>
            Choose file…
          </Button>
          <Button icon={<FolderOpen size={14} aria-hidden />} onClick={() => void pick.run('folder')}>
            Choose folder…
          </Button>
        </>
      )}
    </form>
  );
}
