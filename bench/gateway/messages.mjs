/** What every client of the bench says first. */
export const hello = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1.0.0' },
};

const text = 'a short text, as a name or a namespace is';

/** The call that is measured. @param {string} tool as the route calls it */
export const echo = (tool) => ({ name: tool, arguments: { text } });

/** Throws unless a message is the answer to the call that is measured: an error is fast, too. */
export function requireEcho(message) {
  const answer = message.result?.content?.[0]?.text;
  if (answer !== text || message.result.isError)
    throw new Error(`not the echo: ${JSON.stringify(message).slice(0, 300)}`);
}
