/** docs/clients.md with the tables that assets/clients says. */
export function withClientTables(markdown: string, root: string): string;
