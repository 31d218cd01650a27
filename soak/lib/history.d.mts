export class History {
  readonly changes: number;
  take(event: unknown): void;
  restart(): void;
  unexplained(logs: string): string[];
}
