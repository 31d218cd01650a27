import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What figures depend on, as it is at the start of a run. */
export function machineFacts() {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() || 'unknown CPU',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    /** Of one, five and fifteen minutes. */
    load: loadavg().map((value) => Math.round(value * 100) / 100),
  };
}

export function machineText({ date, cpu, cores, memoryGiB, system, node, load }) {
  return `${date} · ${cpu}, ${cores} cores, ${memoryGiB} GiB · ${system} · Node ${node} · load ${load.join(' ')}`;
}

/** Why times taken now say little; null when the machine has nothing else to do. */
export function whyLoaded({ load, cores }) {
  const [now] = load;
  if (now < cores / 4) return null;
  return `the machine is busy (load ${now} on ${cores} cores): absolute times are too high. Ratios come from runs that take turns, and suffer less.`;
}
