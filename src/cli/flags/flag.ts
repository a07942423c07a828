// What one flag is: name, value, unit, default, help and parser in one row. The yargs options, the help, the reference page and
// the typed values of a command all come from its table of flags.

/** Help prints flags under these headings, in this order. */
export const FLAG_GROUPS = ['Sampling', 'Filter', 'Output', 'Target', 'Other'] as const;
export type FlagGroup = (typeof FLAG_GROUPS)[number];

interface FlagBase {
  readonly alias?: string;
  readonly group: FlagGroup;
  /** One or two short sentences, for help and docs. */
  readonly help: string;
}

/** Present or not. */
export interface SwitchFlag extends FlagBase {
  readonly kind: 'switch';
}

/** One value, or many of a flag that may be repeated. A parser throws an OperatorError that names what it was given. */
export interface ValueFlag<Value> extends FlagBase {
  readonly kind: 'value' | 'list';
  /** Placeholder for the value, with its unit: `TIME`, `HZ`, `FILE`. */
  readonly placeholder: string;
  readonly parse: (text: string) => Value;
  /** All values there are, for shells that complete them; absent when nobody can list them. */
  readonly choices?: readonly string[];
  /** How help shows what holds without the flag; '' for nothing. */
  readonly shownDefault: string;
}

export type Flag = SwitchFlag | ValueFlag<unknown>;
export type FlagTable = Readonly<Record<string, Flag>>;

/** Values of a table's flags: switches are booleans, values null when not given, lists empty. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { readonly kind: 'switch' }
    ? boolean
    : Table[Name] extends { readonly kind: 'list'; readonly parse: (text: string) => infer Value }
      ? readonly Value[]
      : Table[Name] extends { readonly parse: (text: string) => infer Value }
        ? Value | null
        : never;
};

/** How people write a flag: `-d/--duration`. */
export function flagLabel(name: string, flag: Flag): string {
  return flag.alias === undefined ? `--${name}` : `-${flag.alias}/--${name}`;
}
