/** A proxy that adds headers and changes nothing else. */
export function passThrough(target: {
  url: string;
  headers: Record<string, string>;
}): Promise<{ url: string; stop(): Promise<void> }>;
