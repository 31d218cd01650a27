/** The living children of a process. */
export function childrenOf(pid: number): { pid: number; command: string }[];
/** Files, sockets and pipes that a process holds open. */
export function descriptorsOf(pid: number): number;
