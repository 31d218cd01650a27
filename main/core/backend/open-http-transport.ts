import { BerthError } from '../../../contract/errors.ts';
import type { LaunchPlan } from '../presets/launch-plan.ts';
import type { McpTransport } from './transport.ts';

/** The channel to a server over HTTP, by the plan's transport. */
export async function openHttpTransport(plan: LaunchPlan & { url: string }): Promise<McpTransport> {
  throw new BerthError('unsupported', `Berth cannot talk to servers over ${plan.transport} yet.`);
}
