import type { Client, ClientAction } from '../../../contract/model/client.ts';
import { Tag } from '../../ui/tags.tsx';

/** What somebody wants to do with a client. */
export interface ClientTask {
  readonly client: string;
  readonly action: ClientAction;
}

/** Says of a client whose facts nobody could check that they are not checked, and which of them. */
export function Unverified({ client }: { client: Client }) {
  if (client.verifiedAt !== null && client.doubts.length === 0) return null;
  const doubts =
    client.doubts.length > 0
      ? client.doubts.join(' ')
      : 'How this client keeps its servers has not been checked against the vendor’s documentation.';
  return (
    <Tag tone={client.verifiedAt === null ? 'warn' : 'plain'} title={doubts}>
      {client.verifiedAt === null ? 'unverified' : 'partly verified'}
    </Tag>
  );
}
