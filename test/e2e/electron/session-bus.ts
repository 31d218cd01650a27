import type { Sandbox } from '../support/sandbox.ts';

/** Starts a D-Bus session inside the sandbox; the answer is what a program needs in its environment to find it. */
export async function startSessionBus(sandbox: Sandbox): Promise<{ DBUS_SESSION_BUS_ADDRESS: string }> {
  const bus = sandbox.start('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address']);
  return { DBUS_SESSION_BUS_ADDRESS: await bus.line((line) => line.startsWith('unix:'), 5_000) };
}
