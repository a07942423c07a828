// What an event says of itself besides its stack and its weight: short texts, each of a kind. Numbers of kinds are those that the templates print.

export const LABEL_KINDS = [
  'class', // of the object that a thread waited for
  'operation', // of the VM
  'cause', // of the collection that runs; or `No GC`
  'last-cause', // of the one before
  'collection', // the operation was one; no text
  'compiled-class',
  'compiled-method',
  'tier',
  'compiler',
  'time-to-safepoint', // this share of the weight is it; no text
] as const;

export type LabelKind = (typeof LABEL_KINDS)[number];

/** Texts of a sample, hostile as all names. */
export type SampleLabels = Readonly<Partial<Record<LabelKind, string>>>;
