/** Flags of kubectl-mtv that leave the cluster or change the identity. */
const forbidden = [
  'kubeconfig',
  'context',
  'cluster',
  'user',
  'server',
  'token',
  'as',
  'as-group',
  'as-uid',
  'as-user-extra',
  'certificate-authority',
  'client-certificate',
  'client-key',
  'insecure-skip-tls-verify',
  'tls-server-name',
  'cache-dir',
  'inventory-url',
  'inventory-insecure-skip-tls',
];

/** Every one of them in every spelling that a flag parser, or what stands before it, could take for it. */
export function spellingsOfForbiddenFlags(command: string, value: string): Record<string, unknown>[] {
  return [
    ...forbidden.flatMap((flag) => spellings(flag, command, value)),
    // Short forms of `server` and `inventory-url`.
    { command, flags: { s: value } },
    { command, flags: { i: value } },
    { command: `${command} -s ${value}` },
    { command: `${command} -s=${value}` },
    { command: `${command} -i ${value}` },
    // A switch that takes no value turns what follows it into a flag of its own.
    { command, flags: { no_color: '-s' } },
    { command, flags: { 'no-color': `-s=${value}` } },
  ];
}

function spellings(flag: string, command: string, value: string): Record<string, unknown>[] {
  const snake = flag.replaceAll('-', '_');
  return [
    { command, flags: { [flag]: value } },
    { command, flags: { [snake]: value } },
    { command, flags: { [flag.toUpperCase()]: value } },
    { command, flags: { [`--${flag}`]: value } },
    { command, flags: { [`-${flag}`]: value } },
    { command, flags: { [` ${flag}`]: value } },
    { command, flags: { [`${flag}=${value}`]: '' } },
    { command, flags: { [`${flag}=${value}`]: true } },
    { command, flags: { [flag]: [value] } },
    { command, flags: { [flag]: true } },
    { command, flags: { no_color: `--${flag}=${value}` } },
    { command, flags: { namespace: `--${flag}=${value}` } },
    { command, flags: { name: ['x', `--${flag}=${value}`] } },
    { command, Flags: { [flag]: value } },
    { command: `${command} --${flag} ${value}` },
    { command: `${command} --${flag}=${value}` },
    { command: `--${flag}=${value} ${command}` },
    { command: `${command}\t--${flag}\n${value}` },
    { command: `${command}\u0085--${flag}=${value}` },
    { command: `${command} "--${flag}=${value}"` },
    { COMMAND: `${command} --${flag}=${value}`, command },
  ];
}
