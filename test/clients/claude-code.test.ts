import { proveRow } from './support/prove-row.ts';
import { realClients } from './support/real-clients.ts';

await proveRow(realClients['claude-code']);
