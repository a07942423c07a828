// How the value of a map comes about: the aggregating function that a program assigns to it.

/** Of bpftrace; `added`: counted by statements, `++`, `+= n` and their like, all of them; `value`: an assignment of anything else, or none. */
export type Aggregation = 'count' | 'sum' | 'avg' | 'min' | 'max' | 'stats' | 'hist' | 'lhist' | 'added' | 'value';
