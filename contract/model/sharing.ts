import { z } from 'zod';

/**
 * Which sessions of a server share its process, and which get one of their own (D21): `shared` all of them; `by-client` all but those
 * whose client says that the server may ask it something (sampling, elicitation, roots); `dedicated` none.
 */
export const sharingSchema = z.enum(['shared', 'by-client', 'dedicated']);
export type Sharing = z.infer<typeof sharingSchema>;

/** How many clients have a process, or a session with an upstream, of their own; empty for none. The same in the window and in the CLI. */
export function dedicatedText({ dedicated }: { readonly dedicated: number }): string {
  if (dedicated === 0) return '';
  return dedicated === 1 ? '1 client has its own' : `${dedicated} clients have their own`;
}
