import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogExportRequest } from '../../../contract/model/log.ts';
import { count } from '../../model/words.ts';
import { useSession } from '../../session/session-context.tsx';
import { saveText } from '../../ui/clipboard.ts';
import { useToasts } from '../../ui/toasts.tsx';

/**
 * Saves everything that is kept on disk and fits as a file. It comes in parts, each of which the browser keeps outside of the
 * page's own memory. Leaving the page ends it.
 */
export function useLogExport(): { readonly busy: boolean; run(request: LogExportRequest, file: string): void } {
  const session = useSession();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const run = useCallback(
    (request: LogExportRequest, file: string) => {
      const controller = new AbortController();
      abort.current = controller;
      setBusy(true);
      const collect = async () => {
        const parts: Blob[] = [];
        let lines = 0;
        for (let cursor: string | null | undefined; cursor !== null && !controller.signal.aborted; ) {
          const part = await session.call('logs.export', { ...request, ...(cursor === undefined ? {} : { cursor }) });
          parts.push(new Blob([part.text]));
          lines += part.text.split('\n').length - 1;
          cursor = part.cursor;
        }
        if (controller.signal.aborted) return;
        if (lines === 0) {
          toasts.failed('No line that is kept on disk fits.', { hint: 'Choose another level, or search for less.' });
          return;
        }
        saveText(file, new Blob(parts), 'text/plain');
        toasts.done(`${count(lines, 'line')} saved as ${file}.`);
      };
      collect()
        .catch((error: unknown) => {
          if (!controller.signal.aborted) toasts.error(error);
        })
        .finally(() => setBusy(false));
    },
    [session, toasts],
  );
  return { busy, run };
}
