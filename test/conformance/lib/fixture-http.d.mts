/** The fixture over HTTP, as a process of its own. */
export function startFixture(): Promise<{ url: string; stop(): Promise<void> }>;
