/** Compares two versions by their three numbers: negative when `a` is older. What follows the numbers is not looked at. */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A range of versions: at least `from`, less than `before`. */
export interface VersionRange {
  readonly from?: string | undefined;
  readonly before?: string | undefined;
}

/** Whether a version is in the range. One that is not known counts as the newest: programs built from source say no version. */
export function inRange(version: string | null, range: VersionRange): boolean {
  if (version === null || !/\d+\.\d+/.test(version)) return range.before === undefined;
  if (range.from !== undefined && compareVersions(version, range.from) < 0) return false;
  return range.before === undefined || compareVersions(version, range.before) < 0;
}

function numbersOf(version: string): number[] {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return match ? match.slice(1).map((part) => Number(part ?? 0)) : [0, 0, 0];
}
