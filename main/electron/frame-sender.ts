import { isAppUrl } from './app-files.ts';

/** What is looked at of the frame that sent a message. */
export interface SenderFrame {
  readonly url: string;
  readonly parent: unknown;
}

/**
 * Whether a message may be believed: its frame still exists, is the main frame of a page, and shows the window's own origin.
 * (A frame that was torn down meanwhile is null.)
 */
export function isOurFrame(frame: SenderFrame | null | undefined): boolean {
  return frame !== null && frame !== undefined && frame.parent === null && isAppUrl(frame.url);
}
