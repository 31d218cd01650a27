/** Errors that nothing caught go to stderr, with their stack. Electron's own answer is a dialog that blocks everything. */
export function catchDefects(): void {
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    // The terminal that Berth was started from is gone: there is nobody to tell.
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    console.error('Berth met an error that it did not expect:', error);
  });
  process.on('unhandledRejection', (reason) => {
    console.error('Berth met an error that it did not expect:', reason);
  });
}
