/** Whether the work settles, whatever comes of it, within that time; false also when `signal` aborts before. Never rejects. */
export function settlesWithin(ms: number, work: Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (settled: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', late);
      resolve(settled);
    };
    const late = () => end(false);
    const done = () => end(true);
    const timer = setTimeout(late, ms);
    signal?.addEventListener('abort', late, { once: true });
    work.then(done, done);
  });
}
