export function cacheFolder(name: string, env?: Record<string, string | undefined>): string;
export function providePackages(
  cache: string,
  packages: Readonly<Record<string, string>>,
  options?: { files?: string[]; withinMs?: number; beforeInstall?: () => void },
): Promise<{ modules: string } | { missing: string }>;
export function provideNode(cache: string, major: number): Promise<{ path: string } | { missing: string }>;
