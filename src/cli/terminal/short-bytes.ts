// Bytes in five columns, for tables: `4K`, `12.5M`, `1.2G`; `-` of nothing. Powers of 1024.

const UNITS = ['', 'K', 'M', 'G', 'T'];

export function shortBytes(bytes: number): string {
  if (bytes === 0) return '-';
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)}${UNITS[unit] ?? ''}`;
}
