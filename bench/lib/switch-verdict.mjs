/**
 * The clusters that may answer a call (D19), given the switches in order with their times: one that begins while `use` is under way
 * may be answered by either side, any other only by the cluster that was active when it began.
 * @param {number} began
 * @param {{ from: string, to: string, began: number, returned: number }[]} switches
 * @param {string} first what was active before them
 */
export function allowedClusters(began, switches, first) {
  const last = switches.filter((one) => one.began <= began).at(-1);
  if (!last) return [first];
  return began < last.returned ? [last.from, last.to] : [last.to];
}

/** Whether any switch was under way at some time of the call. */
export function isDuringSwitch(call, switches) {
  return switches.some((one) => call.began < one.returned && call.ended > one.began);
}

/** Which of the clusters gave an answer, told by the namespace that only it has; null for none or more than one. */
export function clusterOf(text, names) {
  const found = names.filter((name) => text.includes(`only-${name}`));
  return found.length === 1 ? found[0] : null;
}
