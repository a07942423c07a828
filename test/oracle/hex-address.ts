// An address as every text of the oracle shows it.

export const hexAddress = (value: number): string => `0x${value.toString(16)}`;
