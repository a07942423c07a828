// Numbers as they stand in the tables.

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
/** `1234567` → `1,234,567`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');
