import { z } from 'zod';
import { errorCodes } from './errors.ts';

/** `ErrorInfo`, for those who check one. Apart from the errors themselves, which short commands use without any schema. */
export const errorInfoSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
