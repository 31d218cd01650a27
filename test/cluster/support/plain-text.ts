/**
 * Text for people, as `kubectl` and MCP servers print it, without what differs between two clusters of equal content: times, ages,
 * generated ids, addresses of the API server, and the column widths that follow from them.
 */
export function plainText(text: string): string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UID')
        .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME')
        .replace(/\b\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME')
        .replace(/(?<![\w.-])(\d+[ydhms])+(?![\w.-])/g, 'AGE')
        .replace(/\b(resourceVersion|generation): "?\d+"?/g, '$1: NUMBER')
        .replace(/https:\/\/127\.0\.0\.1:\d+/g, 'SERVER')
        .replace(/\s{2,}/g, '  ')
        .trimEnd(),
    )
    .filter((line) => line.trim() !== '');
}
