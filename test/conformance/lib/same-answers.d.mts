export function answersOf(url: string): Promise<Map<string, string>>;
export function differences(
  direct: ReadonlyMap<string, string>,
  route: ReadonlyMap<string, string>,
): { name: string; wanted: string; got: string }[];
