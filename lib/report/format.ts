/** Bytes as a reader says them: `0 B`, `812 B`, `12.4 MB` (decimal units). */
export function formatBytes(bytes: number): string {
  const { divisor, unit } = byteUnit(bytes);
  const scaled = bytes / divisor;
  return `${unit === 'B' ? Math.round(scaled) : scaled.toFixed(scaled < 100 ? 1 : 0)} ${unit}`;
}

/** The unit in which an amount of bytes has one to three digits before the point. */
export function byteUnit(bytes: number): { divisor: number; unit: string } {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let index = 0;
  let divisor = 1;
  // 999.5 of a unit would be printed as 1000 of it.
  while (index < units.length - 1 && bytes / divisor >= 999.5) {
    index++;
    divisor *= 1000;
  }
  return { divisor, unit: units[index] };
}

/** Seconds as a reader says them: `0.8 s`, `41 s`, `2 min 05 s`, `3 h 07 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Makes text safe inside an HTML element or a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
