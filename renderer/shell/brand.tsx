/** Berth's mark: a ship's berth. */
export function BrandMark() {
  return (
    <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden>
      <rect width="18" height="18" rx="5" className="fill-accent" />
      <path
        d="M5 8v2.5A3.5 3.5 0 0 0 8.5 14h1a3.5 3.5 0 0 0 3.5-3.5V8"
        fill="none"
        strokeWidth="2"
        className="stroke-on-accent"
      />
    </svg>
  );
}
