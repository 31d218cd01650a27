/** The package of the suite, and Node for it where the running one is too old. Versions are exact: the newer one is a prerelease. */
export const suitePackage = '@modelcontextprotocol/conformance';
/** The suite uses `fs.globSync`, which came with Node 22. */
export const nodeMajor = 22;

/**
 * What is run of the suite. `expected` is how many checks pass for a fixture that implements all of it, or null where the bar is only
 * that a route equals the fixture; `requirements` names the file of the package that says which scenarios count.
 * @typedef {{ name: string, version: string, args: string[], expected: number | null, requirements: string | null }} Suite
 */

/** @type {Suite[]} */
export const suites = [
  { name: 'active', version: '0.1.16', args: ['--suite', 'active'], expected: 40, requirements: null },
  {
    name: '2025-11-25',
    version: '0.2.0-alpha.12',
    args: ['--requirements', '2025-11-25'],
    expected: 84,
    requirements: 'requirements/2025-11-25.yaml',
  },
  {
    name: '2026-07-28',
    version: '0.2.0-alpha.12',
    args: ['--requirements', '2026-07-28'],
    expected: null,
    requirements: 'requirements/2026-07-28.yaml',
  },
];
