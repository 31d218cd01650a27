export function unzip(archive: Buffer, folder: string, keep: (name: string) => string | null): Promise<void>;
