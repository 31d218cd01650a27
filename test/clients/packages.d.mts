export interface ClientPackage {
  readonly package: string;
  readonly version: string;
  readonly file: string;
  readonly node?: number;
}
export const clientPackages: Readonly<Record<string, ClientPackage>>;
