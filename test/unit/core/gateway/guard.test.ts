import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GuardLevel, type GuardRules, noGuardRules } from '../../../../contract/model/guard.ts';
import { guardLevels } from '../../../../contract/model/guard-levels.ts';
import {
  decide,
  heldText,
  isListed,
  needsClaim,
  refusalText,
  type ToolClaim,
} from '../../../../main/core/gateway/guard.ts';

const reading: ToolClaim = { readOnlyHint: true };
const writing: ToolClaim = { readOnlyHint: false };
const rules: GuardRules = {
  tools: {
    reads: { readOnly: true },
    writes: { readOnly: false },
    leaks: { blocked: 'it shows the token', readOnly: true },
  },
  commandLines: {
    reads: { command: 'command', flags: 'flags', forbidden: ['kubeconfig'], refused: {}, categories: [] },
  },
};

describe('decide', () => {
  it.each<[string, GuardLevel, ToolClaim | null, true | string]>([
    ['other', 'full', null, true],
    ['other', 'full', writing, true],
    ['other', 'ask', reading, true],
    ['other', 'ask', writing, 'ask'],
    ['other', 'ask', null, 'unknown-tool'],
    ['other', 'read-only', reading, true],
    ['other', 'read-only', writing, 'level'],
    ['other', 'read-only', null, 'unknown-tool'],
    ['reads', 'read-only', null, true],
    ['reads', 'read-only', writing, true],
    ['writes', 'read-only', reading, 'level'],
    ['writes', 'full', null, true],
    ['leaks', 'full', reading, 'blocked'],
    ['leaks', 'read-only', reading, 'blocked'],
    ['constructor', 'read-only', null, 'unknown-tool'],
    ['__proto__', 'full', null, true],
  ])('%s at %s with %o → %s', (tool, level, claim, expected) => {
    const verdict = decide({ tool, args: {}, level, rules, claim });
    expect(verdict.allow || verdict.cause).toBe(expected);
  });

  it('lets no command line leave the context at any level', () => {
    for (const level of guardLevels) {
      const verdict = decide({ tool: 'reads', args: { flags: { kubeconfig: '/x' } }, level, rules, claim: null });
      expect(verdict).toMatchObject({ allow: false, cause: 'command-line' });
    }
  });

  it('never lets through at a stricter level what a looser one refuses', () => {
    const claim = fc.constantFrom(reading, writing, null);
    const tool = fc.constantFrom('other', 'reads', 'writes', 'leaks');
    fc.assert(
      fc.property(tool, claim, fc.dictionary(fc.string(), fc.jsonValue()), (name, claimed, args) => {
        const passes = guardLevels.map((level) => decide({ tool: name, args, level, rules, claim: claimed }).allow);
        // guardLevels runs from loose to strict.
        expect(passes).toEqual([...passes].sort((a, b) => Number(b) - Number(a)));
      }),
    );
  });

  it('lists what it would let through, or a person could, and nothing else', () => {
    for (const level of guardLevels) {
      for (const tool of ['other', 'reads', 'writes', 'leaks']) {
        for (const claim of [reading, writing]) {
          const verdict = decide({ tool, args: {}, level, rules, claim });
          expect(isListed(tool, claim, level, rules)).toBe(verdict.allow || verdict.cause === 'ask');
        }
      }
    }
  });

  it('asks for the claim exactly where it matters', () => {
    for (const level of guardLevels) {
      for (const tool of ['other', 'reads', 'writes', 'leaks']) {
        const verdicts = [reading, writing, null].map((claim) => decide({ tool, args: {}, level, rules, claim }).allow);
        if (!needsClaim({ tool, level, rules })) expect(new Set(verdicts).size).toBe(1);
        else expect(new Set(verdicts).size).toBe(2);
      }
    }
  });
});

describe('heldText', () => {
  const place = { slug: 'web', context: 'lab', level: 'ask', why: '' } as const;

  it('tells the model to tell its user, and to repeat what nobody has decided about', () => {
    const text = heldText('pods_delete', place, 'unanswered');
    expect(text).toContain('pods_delete (server web, context lab)');
    expect(text).toMatch(/not carried out.*approval in Berth.*repeat it unchanged/);
  });

  it('tells it to leave alone what was denied', () => {
    expect(heldText('pods_delete', { ...place, context: null }, 'denied')).toMatch(/\(server web\).*Do not repeat it/);
  });
});

describe('refusalText', () => {
  const place = { slug: 'mtv', context: 'prod', level: 'read-only' as const, why: 'the guard of mtv is read-only' };

  it('names server, context, guard, reason and what to do', () => {
    const verdict = decide({ tool: 'x', args: {}, level: 'read-only', rules: noGuardRules, claim: writing });
    if (verdict.allow) throw new Error('it was allowed');
    expect(refusalText('x', place, verdict)).toBe(
      'Berth refused the tool x (server mtv, context prod, guard read-only): this tool is not certainly read-only. The guard of mtv is read-only. To allow it, the user can raise the guard in Berth, or with `berth set mtv --guard full`; do not try to get around it.',
    );
  });

  it('says that a cap is raised at the context', () => {
    const verdict = { allow: false, cause: 'level', reason: 'it writes' } as const;
    const capped = { ...place, why: 'the context prod is marked production, which allows no more than read-only' };
    expect(refusalText('x', capped, verdict)).toContain('`berth context set "prod" --cap full`');
  });

  it('does not offer to raise the guard where that would not help', () => {
    for (const cause of ['blocked', 'command-line', 'unknown-tool'] as const) {
      expect(refusalText('x', place, { allow: false, cause, reason: 'so' })).not.toContain('--guard full');
    }
  });
});
