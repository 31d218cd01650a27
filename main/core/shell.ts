/** What the program around the core can do: the desktop app, or the headless server with a browser. */
export interface Shell {
  readonly kind: 'desktop' | 'headless';
  readonly capabilities: {
    readonly tray: boolean;
    readonly autostart: boolean;
    readonly filePicker: boolean;
  };
  /** The command line that starts this shell again, in the background: what the bridge runs when Berth is down (D6). */
  readonly startCommand: readonly string[];
  /** Shows the window; headless answers a one-time URL instead. */
  open(): Promise<{ url: string | null }>;
  /** Ends the program after the present answer has gone out; the shell disposes the core. */
  quit(): void;
  pickPath?(kind: 'file' | 'folder'): Promise<string | null>;
  openExternal?(url: string): Promise<void>;
  /** Hands a link of a client's own scheme to the system. It comes from the core, never from a window. */
  openClientLink?(url: string): Promise<void>;
  /** Opens a file with the application that the system has for it; false when there is none. */
  openFile?(path: string): Promise<boolean>;
  setStartAtLogin?(on: boolean): Promise<void>;
}
