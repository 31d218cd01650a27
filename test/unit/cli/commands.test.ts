import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { knownWords } from '../../../main/cli/command-groups.ts';
import type { CommandKit } from '../../../main/cli/command-kit.ts';
import { createProgram } from '../../../main/cli/run-cli.ts';

const kit: CommandKit = {
  io: {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    platform: 'linux',
    cwd: '/',
    interrupted: new AbortController().signal,
    now: () => 0,
  },
  exit: () => {},
};
const program = await createProgram(kit);

function leaves(command: Command, path: string[] = []): { usage: string; command: Command }[] {
  return command.commands.flatMap((child) => {
    const here = [...path, child.name()];
    // One that takes arguments or options of its own is a command beside those below it.
    const own = child.registeredArguments.length + child.options.length > 0;
    const itself = child.commands.length === 0 || own;
    return [...(itself ? [{ usage: here.join(' '), command: child }] : []), ...leaves(child, here)];
  });
}

test('the commands are those of the public interface', () => {
  const names = leaves(program).map(({ usage, command }) =>
    [usage, ...command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`))].join(
      ' ',
    ),
  );
  expect(names.filter((name) => !name.startsWith('__'))).toMatchInlineSnapshot(`
    [
      "serve",
      "open",
      "quit",
      "connect <slug>",
      "version",
      "status",
      "contexts",
      "use <context>",
      "context set <context>",
      "context check <context>",
      "context add <path>",
      "context remove <path>",
      "context sources",
      "context demo <on|off>",
      "presets [id]",
      "presets install <preset>",
      "presets uninstall <preset>",
      "servers [slug]",
      "add <preset>",
      "set <slug> [assignments]",
      "remove <slug>",
      "start [slugs]",
      "stop [slugs]",
      "restart [slugs]",
      "logs [slug]",
      "audit",
      "approvals",
      "approvals approve <id>",
      "approvals deny <id>",
      "tools <slug>",
      "call <slug> <tool>",
      "clients",
      "clients repair <client>",
      "clients cancel <client>",
      "clients history",
      "clients existing [client]",
      "clients import <client> <name>",
      "install <client> <slugs>",
      "uninstall [client] [slugs]",
      "undo [id]",
      "endpoint [slug]",
      "doctor [target]",
      "secrets list",
      "secrets set <name>",
      "secrets rm <name>",
      "config path",
      "config edit",
      "config set <setting> <value>",
      "config validate [file]",
      "completion <shell>",
    ]
  `);
});

test('every command that answers takes -o; streams and scripts are the exceptions', () => {
  const without = leaves(program).filter(({ command }) => !command.options.some(({ long }) => long === '--output'));
  expect(without.map(({ usage }) => usage)).toEqual(['connect', 'config edit', 'completion', '__complete']);
});

test('every command, argument choice and option says what it does', () => {
  for (const { usage, command } of leaves(program)) {
    if (usage.startsWith('__')) continue;
    expect(command.description(), usage).not.toBe('');
    for (const option of command.options) expect(option.description, `${usage} ${option.flags}`).not.toBe('');
  }
});

const ownCommands = program.commands.filter((command) => !command.name().startsWith('__'));

test('each command can be called without loading the others', () => {
  expect(knownWords).toEqual(ownCommands.map((command) => command.name()));
});

test.each(ownCommands.map((command) => command.name()))('%s alone is what it is among all', async (name) => {
  const alone = (await createProgram(kit, name)).commands.find((command) => command.name() === name);
  const among = program.commands.find((command) => command.name() === name);
  const told = (command: Command | undefined) =>
    command && leavesAndSelf(command).map((one) => [one.helpInformation(), one.registeredArguments.length]);
  expect(told(alone)).toEqual(told(among));
});

test('a word that is no command, help and completion get all commands', async () => {
  for (const word of [undefined, '', 'contexs', 'help', '--help', '__complete', 'toString']) {
    const names = (await createProgram(kit, word)).commands.map((command) => command.name());
    expect(names, word).toEqual(program.commands.map((command) => command.name()));
  }
});

function leavesAndSelf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(leavesAndSelf)];
}
