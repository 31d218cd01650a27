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

/**
 * Which cluster gave an answer, told by what only that one holds; null for none or more than one.
 * @param {string} text
 * @param {Readonly<Record<string, string>>} marks what to find in an answer of each
 */
export function clusterOf(text, marks) {
  const found = Object.keys(marks).filter((name) => text.includes(marks[name]));
  return found.length === 1 ? found[0] : null;
}
