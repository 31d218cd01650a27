import { describe, expect, it } from 'vitest';
import { type TrayItem, trayMenu, trayTooltip } from '../../../main/electron/tray-menu.ts';
import { aClient } from '../../fixtures/clients/a-client.ts';
import { contextOf, serverOf, statusOf } from './status-of.ts';

/** A menu as indented text: what a person reads, with what is greyed out in brackets. */
function read(items: readonly TrayItem[], indent = ''): string {
  return items
    .map((item) => {
      if (item.type === 'separator') return `${indent}---`;
      if (item.type === 'submenu') return `${indent}${item.label} >\n${read(item.items, `${indent}  `)}`;
      if (item.type === 'text') return `${indent}[${item.label}]`;
      const name = item.enabled ? item.label : `[${item.label}]`;
      return `${indent}${item.type === 'radio' ? (item.checked ? '(x) ' : '( ) ') : ''}${name}`;
    })
    .join('\n');
}

const busy = statusOf({
  activeContext: 'prod-eu-1',
  contexts: [
    contextOf({ ref: 'prod-eu-1', production: true, active: true }),
    contextOf({ ref: 'staging', label: 'The staging' }),
    contextOf({ ref: 'demo-staging', demo: true }),
    contextOf({ ref: 'lab', error: { code: 'command-missing', message: 'aws was not found.' } }),
  ],
  servers: [
    serverOf({ slug: 'cluster', state: 'ready', context: 'prod-eu-1', production: true }),
    serverOf({ slug: 'objects', state: 'stopped' }),
    serverOf({
      slug: 'migrations',
      state: 'failed',
      context: null,
      error: { code: 'command-missing', message: 'aws was not found.', hint: 'Install it.' },
    }),
  ],
});

describe('trayMenu', () => {
  it('shows a call that waits for a person before everything else, with what it would do where', () => {
    const approval = {
      id: 'k3x9',
      time: '2026-11-21T10:00:00Z',
      state: 'waiting',
      expiresAt: '2026-11-21T10:10:00Z',
      slug: 'cluster',
      context: 'prod-eu-1',
      production: true,
      client: 'cursor',
      tool: 'pods_delete',
      arguments: '{"name":"web"}',
      argumentHash: 'f00',
    } as const;
    const menu = trayMenu({ ...busy, approvals: [approval, { ...approval, id: 'p2', state: 'approved' }] });
    expect(read(menu).split('\n---')[0]).toBe(
      `Open Berth
▲ cursor asks for pods_delete >
  [cluster · prod-eu-1 · PRODUCTION]
  [{"name":"web"}]
  ---
  Approve this call
  Deny
  Show all of it…`.split('\n---')[0],
    );
    const asks = menu.find((item) => item.type === 'submenu' && item.label.includes('asks'));
    const items = asks?.type === 'submenu' ? asks.items : [];
    expect(items.flatMap((item) => (item.type === 'action' ? [item.action] : []))).toEqual([
      { do: 'decide', id: 'k3x9', approve: true },
      { do: 'decide', id: 'k3x9', approve: false },
      { do: 'open' },
    ]);
    expect(read(menu)).not.toContain('p2');
    expect(trayTooltip({ ...busy, approvals: [approval] })).toContain('1 call to approve');
  });

  it('shows a client whose file is not as Berth left it, with a repair in one click where nothing has to be asked', () => {
    const entries = [{ slug: 'a', name: 'berth-a', via: 'bridge', state: 'missing' } as const];
    const wiped = aClient('windsurf', { title: 'Windsurf', state: 'wiped', entries });
    const menu = trayMenu({ ...busy, clients: [wiped, aClient('zed', { state: 'installed' })] });
    expect(read(menu)).toContain('▲ Windsurf: Berth’s entries are gone from its file >\n  Repair\n  Look at it…');
    expect(read(menu)).not.toContain('zed');
    const repair = (running: boolean) => {
      const [item] = trayMenu({ ...busy, clients: [{ ...wiped, running }] }).filter(
        (one) => one.type === 'submenu' && one.label.includes('Windsurf'),
      );
      return item?.type === 'submenu' ? item.items[0] : undefined;
    };
    expect(repair(false)).toMatchObject({ enabled: true, action: { do: 'repair', client: 'windsurf' } });
    expect(repair(true)).toMatchObject({ enabled: false });
    expect(trayTooltip({ ...busy, clients: [wiped] })).toContain('1 client to look at');
  });

  it('has a line per server, the active context as radio items, the endpoints, open and quit', () => {
    expect(read(trayMenu(busy))).toBe(
      `Open Berth
---
Context: prod-eu-1 · PRODUCTION >
  (x) prod-eu-1 · PRODUCTION
  ( ) The staging (staging)
  ( ) demo-staging · demo
  ( ) lab: aws was not found.
---
● cluster: Ready · prod-eu-1 · PRODUCTION >
  [Start]
  Stop
  Restart
○ objects: Stopped · staging >
  Start
  [Stop]
  [Restart]
✕ migrations: Failed >
  [aws was not found.]
  [Install it.]
  ---
  Start
  Stop
  Restart
---
Copy endpoint >
  cluster
  objects
  migrations
Quit Berth`,
    );
  });

  it('says what is missing on a fresh machine', () => {
    expect(read(trayMenu(statusOf()))).toBe(
      `Open Berth
---
Context: none >
  [No contexts found]
---
[No servers docked]
---
Copy endpoint >
  [No servers docked]
Quit Berth`,
    );
  });

  it('can be quit while the core starts', () => {
    expect(read(trayMenu(null))).toBe('[Berth is starting…]\n---\nQuit Berth');
  });

  it('takes no second switch while one is under way', () => {
    const menu = read(trayMenu({ ...busy, switchingTo: 'staging' }));
    expect(menu).toContain('Switching to staging… >');
    expect(menu).toContain('( ) [The staging (staging)]');
  });

  it('shows problems of Berth itself, cut to one line, and no endpoint that is not served', () => {
    const message = `Port 23784 is taken\nby ${'another program '.repeat(10)}`;
    const menu = trayMenu(statusOf({ endpoint: null, problems: [{ code: 'port-in-use', message }] }));
    const problem = menu[1];
    expect(problem).toMatchObject({ type: 'action', action: { do: 'open' } });
    expect(problem?.type === 'action' && problem.label).toMatch(/^▲ Port 23784 is taken by another program .{1,60}…$/);
    expect(read(menu)).toContain('[Endpoints are not served]');
  });

  it('asks for what it says', () => {
    const actions: unknown[] = [];
    const collect = (items: readonly TrayItem[]) => {
      for (const item of items) {
        if (item.type === 'submenu') collect(item.items);
        else if (item.type === 'action' || item.type === 'radio') actions.push(item.action);
      }
    };
    collect(trayMenu(statusOf({ contexts: [contextOf({ ref: 'a&b@c' })], servers: [serverOf({ slug: 'one' })] })));
    expect(actions).toEqual([
      { do: 'open' },
      { do: 'use', context: 'a&b@c' },
      { do: 'start', slug: 'one' },
      { do: 'stop', slug: 'one' },
      { do: 'restart', slug: 'one' },
      { do: 'copy', text: 'http://127.0.0.1:23784/one/mcp' },
      { do: 'quit' },
    ]);
  });
});

describe('trayTooltip', () => {
  it.each([
    [null, 'Berth is starting'],
    [statusOf(), 'Berth: no servers docked'],
    [busy, 'Berth: 1 of 3 servers ready, 1 failed · prod-eu-1 · PRODUCTION'],
    [
      statusOf({
        servers: [serverOf({ slug: 'one', state: 'degraded' })],
        problems: [{ code: 'internal', message: 'x' }],
      }),
      'Berth: 0 of 1 server ready, 1 degraded, 1 problem',
    ],
  ])('says the state in words (%#)', (status, text) => {
    expect(trayTooltip(status)).toBe(text);
  });
});

describe('contexts in the menu', () => {
  const contextsOf = (status: ReturnType<typeof statusOf>) =>
    trayMenu(status).flatMap((item) => (item.type === 'submenu' && item.label.startsWith('Context:') ? [item] : []))[0];

  it("carry their colour as a mark, production its own, and say that a credential's end is near", () => {
    const end = { at: '2026-01-01T00:00:00.000Z', kind: 'token', renewable: false } as const;
    const menu = contextsOf(
      statusOf({
        activeContext: 'lab',
        contexts: [
          contextOf({ ref: 'lab', colour: 'cyan', expiry: { ...end, state: 'soon' } }),
          contextOf({ ref: 'prod', colour: 'cyan', production: true, expiry: { ...end, state: 'expired' } }),
          contextOf({ ref: 'plain', expiry: { ...end, state: 'ok' } }),
        ],
      }),
    );
    expect(menu?.mark).toBe('cyan');
    expect(menu?.items.map((item) => ('mark' in item ? [item.label, item.mark] : null))).toEqual([
      ['lab · credential ends soon', 'cyan'],
      ['prod · PRODUCTION · credential expired', 'production'],
      ['plain', null],
    ]);
  });

  it('are at most 25, those in use first, with the way to the others', () => {
    const contexts = Array.from({ length: 1000 }, (_, index) => contextOf({ ref: `c${index}` }));
    const servers = [serverOf({ slug: 'one', context: 'c500' })];
    const items = contextsOf(statusOf({ activeContext: 'c999', contexts, servers }))?.items ?? [];
    const labels = items.map((item) => ('label' in item ? item.label : '---'));
    expect(labels.slice(0, 3)).toEqual(['c500', 'c999', 'c0']);
    expect(labels.slice(-2)).toEqual(['---', '975 more contexts…']);
    expect(items).toHaveLength(27);
  });
});
