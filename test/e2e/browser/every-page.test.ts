import { expect, test } from './berth-window.ts';

const addresses = [
  '#/servers',
  '#/servers/cluster',
  '#/servers/cluster/tools',
  '#/servers/cluster/logs',
  '#/servers/cluster/activity',
  '#/servers/cluster/settings',
  '#/contexts',
  '#/clients',
  '#/activity',
  '#/inspector/cluster/pods_list',
  '#/doctor',
  '#/logs',
  '#/settings',
];

/** What a screen reader or a narrow screen would stumble over. */
function stumblingBlocks(): string[] {
  const controls = [...document.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea')];
  const nameOf = (control: HTMLElement) => {
    const labels = 'labels' in control ? [...(control.labels as NodeListOf<HTMLLabelElement>)] : [];
    const field = /^(INPUT|SELECT|TEXTAREA)$/.test(control.tagName);
    const words = [
      control.getAttribute('aria-label'),
      ...labels.map((label) => label.textContent),
      field ? '' : control.textContent,
    ];
    return words.join('').trim();
  };
  const nameless = controls.filter((control) => control.checkVisibility() && nameOf(control) === '');
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  const cutOff = [...document.querySelectorAll<HTMLElement>('main, main > *, aside')].filter(
    (box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'visible',
  );
  return [
    ...nameless.map((control) => `no name: ${control.outerHTML.slice(0, 100)}`),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `id twice: ${id}`),
    ...cutOff.map((box) => `wider than its place: ${box.outerHTML.slice(0, 100)}`),
    ...(document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : []),
    ...(document.querySelectorAll('h1').length === 1 ? [] : ['not one heading']),
  ];
}

test('every page names its controls and fits, wide and narrow', async ({ berth }) => {
  await berth.dock('cluster', 'kubernetes-mcp-server');
  const { page } = berth;
  for (const address of addresses) {
    await berth.go(address);
    await expect(page.getByText(/^(Asking for its tools…|Looking)/)).toHaveCount(0);
    for (const width of [1440, 1100, 800]) {
      await page.setViewportSize({ width, height: 760 });
      expect(await page.evaluate(stumblingBlocks), `${address} at ${width}`).toEqual([]);
    }
  }
});
