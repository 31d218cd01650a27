export interface ScrollPosition {
  readonly top: number;
  /** Height of the content. */
  readonly height: number;
  /** Height of the visible part. */
  readonly view: number;
}

/** Near enough to the end to count as there, in px. */
const SLACK = 6;

/**
 * Whether a log goes on following its newest line after a scroll. Only moving up ends it: content that grows below, or a
 * list that measures its rows anew, does not. Reaching the end begins it again.
 */
export function followsAfterScroll(following: boolean, before: ScrollPosition, now: ScrollPosition): boolean {
  if (now.height - now.view - now.top <= SLACK) return true;
  const movedUp = now.top < before.top - 1;
  const shrank = now.height < before.height;
  return following && (!movedUp || shrank);
}
