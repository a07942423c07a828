// Whole numbers of any size, given as digits, as people read them: 1234567 → `1,234,567`. Pure.

export function digitsText(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
