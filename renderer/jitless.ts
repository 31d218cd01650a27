import { config } from 'zod';

/** The window's policy forbids `eval`; zod would try it once and leave a violation in the console. Import before any schema. */
config({ jitless: true });
