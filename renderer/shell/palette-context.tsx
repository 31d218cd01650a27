import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

interface PaletteState {
  readonly open: boolean;
  /** How the shortcut is written on this keyboard. */
  readonly keys: string;
  show(): void;
  hide(): void;
}

const PaletteContext = createContext<PaletteState | null>(null);

export function usePalette(): PaletteState {
  const palette = useContext(PaletteContext);
  if (!palette) throw new Error('there is no palette provider above this component');
  return palette;
}

/** Opens the command palette with Ctrl+K or ⌘K anywhere. */
export function PaletteProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      setOpen((last) => !last);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  const palette = useMemo<PaletteState>(
    () => ({
      open,
      keys: /mac/i.test(navigator.platform) ? '⌘K' : 'Ctrl K',
      show: () => setOpen(true),
      hide: () => setOpen(false),
    }),
    [open],
  );
  return <PaletteContext value={palette}>{children}</PaletteContext>;
}
