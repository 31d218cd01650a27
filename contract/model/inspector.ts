import { z } from 'zod';

/** An MCP tool as its server describes it; unknown fields are kept. */
export const toolSchema = z.looseObject({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).optional(),
  annotations: z
    .looseObject({
      title: z.string().optional(),
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
      idempotentHint: z.boolean().optional(),
      openWorldHint: z.boolean().optional(),
    })
    .optional(),
});
export type Tool = z.infer<typeof toolSchema>;

/** One JSON-RPC message as it passed between the inspector and the endpoint. */
export const frameSchema = z.object({
  direction: z.enum(['sent', 'received']),
  /** ms since the call began. */
  at: z.number(),
  message: z.record(z.string(), z.unknown()),
});
export type Frame = z.infer<typeof frameSchema>;

/** The MCP result of `tools/call`, as the server gave it. */
export const toolResultSchema = z.looseObject({
  content: z.array(z.looseObject({ type: z.string() })).optional(),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
});
export type ToolResult = z.infer<typeof toolResultSchema>;

export const progressSchema = z.object({
  progress: z.number(),
  total: z.number().optional(),
  message: z.string().optional(),
});

/** Items of the `inspector.call` stream: frames as they pass, progress, and at last one result or error. */
export const inspectorEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('frame'), frame: frameSchema }),
  z.object({ type: z.literal('progress'), progress: progressSchema }),
  z.object({ type: z.literal('result'), result: toolResultSchema, ms: z.number() }),
]);
export type InspectorEvent = z.infer<typeof inspectorEventSchema>;
