/** A frame from its text; `null` for what is not JSON: the dispatcher refuses it as it refuses every frame that it does not know. */
export function parseFrame(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
