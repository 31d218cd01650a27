import { connect, createServer, type Server, type Socket } from 'node:net';
import { expect, test } from './berth-window.ts';

/** A way to the window that can be cut: a TCP relay on a port of its own. */
class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;

  constructor(target: number) {
    this.#server = createServer((inbound) => {
      if (!this.#open) {
        inbound.destroy();
        return;
      }
      const outbound = connect(target, '127.0.0.1');
      for (const socket of [inbound, outbound]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => this.#sockets.delete(socket));
      }
      inbound.pipe(outbound).pipe(inbound);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the relay has no port');
    return address.port;
  }

  cut(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#open = true;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

test.use({ expectedErrors: /WebSocket connection to|Failed to load resource|net::ERR_/ });

test('a cut connection is shown, keeps what is known, and comes back by itself', async ({ berth, context }) => {
  await berth.sandbox.json('add', 'kubernetes-mcp-server', '--name', 'cluster');
  const ui = new URL((await berth.sandbox.json<{ url: string }>('open')).url);
  const relay = new Relay(Number(ui.port));
  const page = await context.newPage();
  try {
    ui.port = String(await relay.listen());
    await page.goto(ui.href);
    await expect(page.getByRole('link', { name: 'cluster', exact: true })).toBeVisible();
    relay.cut();
    await expect(page.getByRole('alert')).toContainText('Connecting again');
    await expect(page.getByRole('link', { name: 'cluster', exact: true })).toBeVisible();
    await berth.sandbox.json('add', 'kubernetes-mcp-server', '--name', 'meanwhile');
    relay.mend();
    await expect(page.getByRole('link', { name: 'meanwhile', exact: true })).toBeVisible();
    await expect(page.getByText('Connecting again')).toHaveCount(0);
  } finally {
    await page.close();
    await relay.close();
  }
});

test('a Berth that was started again says how to log in again', async ({ berth }) => {
  const { page, sandbox, serving } = berth;
  const uiPort = new URL(serving.ready.ui).port;
  await serving.stop();
  await expect(page.getByRole('alert')).toContainText('Connecting again');
  await sandbox.serve({ args: ['--demo', '--ui-port', uiPort], port: serving.port });
  await expect(page.getByRole('alert')).toContainText('berth open', { timeout: 20_000 });
});
